"""What happens around the contracts: time, sales of NFTs, Circle, the platform's owner, gifts."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.constants import ABANDON_WINDOW, DAY, ESTABLISHED_AFTER, ZERO_ADDRESS
from localnet.chain import Contract
from tests.stateful import people
from tests.stateful.offers import Nowhere, anybody, nowhere, picks, vias
from tests.stateful.outcome import DONE, Via
from tests.stateful.people import AGENT_PEOPLE, BY_ADDRESS, PLATFORM, POSTERS, Person
from tests.stateful.stage import Stage
from tests.twin.reverts import reverted
from tests.twin.vault import UsdcVaultTwin

# A market that holds an agent may be paid its stake out all the same.
new_holders = st.sampled_from([people.buyer, *AGENT_PEOPLE, *POSTERS, people.second_market])
by_owner = st.sampled_from([None] * 7 + [people.outsider, people.next_owner, people.treasury])
spells = st.integers(1, 5)
_CHANGES = (
    "wallet_named",
    "wallet_given_up",
    "approved",
    "approval_withdrawn",
    "operator_named",
    "operator_dismissed",
)
_identity_answers = precondition(lambda machine: machine.world.silent_agents is None)


class CircumstanceRules(Stage):
    """The weather. What USDC and the identity registry do is right: the twin is told."""

    # Time

    @rule(days=st.sampled_from([1, 7, 14, 30]))
    def days_pass(self, days: int) -> None:
        self.world.pass_time(self.world.now + days * DAY)

    @precondition(lambda machine: machine.limits())
    @rule(pick=picks, offset=st.sampled_from([0, -1, 1]))
    def time_passes_until_a_limit(self, pick: int, offset: int) -> None:
        limits = self.limits()
        self.world.pass_time(max(limits[pick % len(limits)] + offset, self.world.now + 1))

    def limits(self) -> list[int]:
        """Every moment to come at which something begins or ends."""
        twin = self.twin
        moments = {run.deadline for run in twin.escrow.runs.values()}
        moments |= {run.due_at for run in twin.escrow.runs.values()}
        moments |= {
            run.claimed_at + ABANDON_WINDOW for run in twin.escrow.runs.values() if run.claimed_at
        }
        moments |= {
            agent.staked_at + ESTABLISHED_AFTER
            for agent in twin.registry.agents.values()
            if agent.staked_at
        }
        return sorted(moment for moment in moments if moment > self.world.now + 1)

    # The identity registry

    @_identity_answers
    @rule(agent_pick=picks, to=new_holders)
    def an_agent_is_sold(self, agent_pick: int, to: Person) -> None:
        self.sold(self.one_of(self.agents, agent_pick), to)

    @_identity_answers
    @rule(agent_pick=picks, change=st.sampled_from(_CHANGES), to=new_holders)
    def an_agent_changes_its_people(self, agent_pick: int, change: str, to: Person) -> None:
        agent_id = self.one_of(self.agents, agent_pick)
        getattr(self, "_" + change)(agent_id, self.holder_of(agent_id), to)
        self.world.comparison.after_change_of_people(agent_id)

    def _wallet_named(self, agent_id: int, holder: Person, wallet: Person) -> None:
        deadline = self.world.now + 60
        consent = self.ground.signatures.wallet_consent(wallet, agent_id, holder.address, deadline)
        words = f"{wallet} becomes the wallet of agent {agent_id}"
        self.identity(words, holder, "setAgentWallet", agent_id, wallet, deadline, consent)
        self.twin.identity.set_wallet(agent_id, wallet.address)

    def _wallet_given_up(self, agent_id: int, holder: Person, _: Person) -> None:
        self.identity(f"agent {agent_id} has no wallet", holder, "unsetAgentWallet", agent_id)
        self.twin.identity.set_wallet(agent_id, ZERO_ADDRESS)

    def _approved(self, agent_id: int, holder: Person, to: Person) -> None:
        self.identity(f"{to} may act for agent {agent_id}", holder, "approve", to, agent_id)
        self.twin.identity.approve(agent_id, to.address)

    def _approval_withdrawn(self, agent_id: int, holder: Person, _: Person) -> None:
        self.identity(
            f"nobody is approved for agent {agent_id}", holder, "approve", ZERO_ADDRESS, agent_id
        )
        self.twin.identity.approve(agent_id, ZERO_ADDRESS)

    def _operator_named(self, _: int, holder: Person, to: Person) -> None:
        self.identity(
            f"{to} may act for all agents of {holder}", holder, "setApprovalForAll", to, True
        )
        self.twin.identity.set_operator(holder.address, to.address, approved=True)

    def _operator_dismissed(self, _: int, holder: Person, to: Person) -> None:
        self.identity(
            f"{to} may not act for all agents of {holder}", holder, "setApprovalForAll", to, False
        )
        self.twin.identity.set_operator(holder.address, to.address, approved=False)

    @_identity_answers
    @rule(steps=spells)
    def the_identity_registry_falls_silent(self, steps: int) -> None:
        self.world.identity_falls_silent()
        self.world.for_a_while(steps, self.world.identity_answers)

    # Circle

    @rule(account=st.integers(0, 60), pick=picks, lift=st.booleans())
    def circle_changes_its_blacklist(self, account: int, pick: int, lift: bool) -> None:
        known = sorted(self.twin.token.blacklisted - {self.ground.usdc.address})
        if lift and known:
            self.world.unblacklist(known[pick % len(known)])
        else:
            self.world.blacklist(self._who_can_be_blacklisted(account))

    @precondition(lambda machine: not machine.twin.token.paused)
    @rule(steps=spells)
    def circle_pauses_usdc(self, steps: int) -> None:
        self.world.pause_usdc()
        self.world.for_a_while(steps, self.world.unpause_usdc)

    @precondition(lambda machine: not machine.twin.token.paused)
    @rule(
        by=st.sampled_from([people.outsider, people.rich_poster]),
        at_the_escrow=st.booleans(),
        amount=st.integers(1, 100_000_000),
    )
    def somebody_gives_money_away(self, by: Person, at_the_escrow: bool, amount: int) -> None:
        """Straight to a contract: it is not booked and belongs to nobody (RUN-24)."""
        vault = self.escrow if at_the_escrow else self.registry
        token = self.twin.token
        if (
            token.balance_of(by.address) >= amount
            and not {by.address, vault.address} & token.blacklisted
        ):
            words = f"{by} sends {amount} straight to the {self.world.named(vault)}"
            self.world.circumstance(words, self.ground.usdc, by.address, "transfer", vault, amount)
            token.transfer(by.address, vault.address, amount)
            self.world.given[vault.address] += amount

    # The platform

    @rule(by=by_owner, wrong=st.sampled_from([False] * 4 + [True]), via=vias, steps=spells)
    def the_owner_pauses_or_unpauses(
        self, by: Person | None, wrong: bool, via: Via, steps: int
    ) -> None:
        """Wrong: pauses what is paused, or unpauses what is not."""
        function = "unpause" if self.twin.escrow.paused != wrong else "pause"
        paused = self.act(by or self._owner_of(self.escrow), function, via=via)
        if function == "pause" and paused == DONE:
            self.world.for_a_while(steps, self._somebody_unpauses)

    @rule(by=by_owner, to=st.sampled_from(PLATFORM) | nowhere, via=vias)
    def the_owner_moves_the_treasury(
        self, by: Person | None, to: Person | Nowhere, via: Via
    ) -> None:
        self.act(by or self._owner_of(self.escrow), "setTreasury", self.place(to), via=via)

    @rule(by=anybody, via=vias)
    def anybody_sweeps_the_fees(self, by: Person, via: Via) -> None:
        self.act(by, "sweepFees", via=via)

    @rule(
        pick=picks,
        by=st.sampled_from([None] * 5 + [people.outsider]),
        to=st.sampled_from([None, people.safe_place, people.outsider, *POSTERS]) | nowhere,
        via=vias,
    )
    def somebody_withdraws_a_credit(
        self, pick: int, by: Person | None, to: Person | Nowhere | None, via: Via
    ) -> None:
        """To an address of its choice, or to itself."""
        owed = [(self.escrow, account) for account in self.twin.escrow.credits]
        owed += [(self.registry, account) for account in self.twin.registry.credits]
        vault, account = (owed or [(self.escrow, people.poster.address)])[pick % max(len(owed), 1)]
        receiver = account if to is None else self.place(to)
        self.world.act(by or BY_ADDRESS[account], vault, "withdrawCredit", receiver, via=via)

    @rule(
        by=by_owner,
        to=st.sampled_from([people.owner, people.next_owner]),
        at_the_escrow=st.booleans(),
        via=vias,
    )
    def the_owner_hands_over(
        self, by: Person | None, to: Person, at_the_escrow: bool, via: Via
    ) -> None:
        vault = self.escrow if at_the_escrow else self.registry
        twin = self._twin_of(vault)
        sender = by or self._owner_of(vault)
        self.world.act(sender, vault, "renounceOwnership", via=via)
        if by is people.outsider:
            self.world.act_as(by, vault, "acceptOwnership", rules=_only(""), via=via)
        if (
            self.world.act_as(
                sender, vault, "transferOwnership", to, rules=_hands_over(twin, to.address), via=via
            )
            == DONE
        ):
            self.world.act_as(to, vault, "acceptOwnership", rules=_takes_over(twin))

    # How

    def _somebody_unpauses(self) -> None:
        if self.twin.escrow.paused:
            self.act(self._owner_of(self.escrow), "unpause")

    def _twin_of(self, vault: Contract) -> UsdcVaultTwin:
        return self.twin.escrow if vault is self.escrow else self.twin.registry

    def _owner_of(self, vault: Contract) -> Person:
        return BY_ADDRESS[self._twin_of(vault).owner]

    def _who_can_be_blacklisted(self, pick: int) -> str:
        likely = [*POSTERS, *AGENT_PEOPLE, *PLATFORM[2:]]
        addresses = [person.address for person in likely] * 3 + [
            self.escrow.address,
            self.registry.address,
        ]
        return addresses[pick % len(addresses)]


def _takes_over(twin: UsdcVaultTwin) -> Callable[[str, int], None]:
    def rules(speaker: str, now: int) -> None:
        twin.journal.record(twin.address, "OwnershipTransferred", twin.owner, speaker)
        twin.owner = speaker

    return rules


def _hands_over(twin: UsdcVaultTwin, to: str) -> Callable[[str, int], None]:
    def rules(speaker: str, now: int) -> None:
        _only(twin.owner)(speaker, now)
        twin.journal.record(twin.address, "OwnershipTransferStarted", speaker, to)

    return rules


def _only(account: str) -> Callable[[str, int], None]:
    def rules(speaker: str, now: int) -> None:
        if speaker != account:
            raise reverted("OwnableUnauthorizedAccount", speaker)

    return rules
