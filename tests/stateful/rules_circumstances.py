"""What happens around the contracts: time, sales of NFTs, Circle's measures, the platform's owner, gifts."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.constants import ABANDON_WINDOW, DAY, ESTABLISHED_AFTER, ZERO_ADDRESS
from agentescrow.domain.reverts import reverted
from localnet import usdc
from localnet.chain import Contract
from tests.stateful import people
from tests.stateful.offers import anybody, picks, vias
from tests.stateful.people import AGENT_PEOPLE, BY_ADDRESS, PLATFORM, POSTERS, Person
from tests.stateful.stage import Stage
from tests.stateful.world import Via

new_holders = st.sampled_from([people.buyer, *AGENT_PEOPLE, *POSTERS])
by_owner = st.sampled_from([None] * 7 + [people.outsider, people.next_owner, people.treasury])
_identity_answers = precondition(lambda machine: machine.world.silent_agents is None)


class CircumstanceRules(Stage):
    """The weather. What USDC and the identity registry do is right by definition: the twin is told."""

    # Time

    @rule(days=st.sampled_from([1, 7, 14, 30]))
    def days_pass(self, days: int) -> None:
        self.world.pass_time(self.world.now + days * DAY)
        self.world.comparison.everything()

    @precondition(lambda machine: machine.limits())
    @rule(pick=picks, offset=st.sampled_from([0, -1, 1]))
    def time_passes_until_a_limit(self, pick: int, offset: int) -> None:
        limits = self.limits()
        self.world.pass_time(max(limits[pick % len(limits)] + offset, self.world.now + 1))
        self.world.comparison.everything()

    def limits(self) -> list[int]:
        """Every moment to come at which something begins or ends."""
        twin = self.twin
        moments = {run.deadline for run in twin.escrow.runs.values()}
        moments |= {run.due_at for run in twin.escrow.runs.values()}
        moments |= {run.claimed_at + ABANDON_WINDOW for run in twin.escrow.runs.values() if run.claimed_at}
        moments |= {agent.staked_at + ESTABLISHED_AFTER for agent in twin.registry.agents.values() if agent.staked_at}
        moments |= set(twin.registry.usable_at.values())
        return sorted(moment for moment in moments if moment > self.world.now + 1)

    # The identity registry

    @_identity_answers
    @rule(agent_pick=picks, to=new_holders)
    def an_agent_is_sold(self, agent_pick: int, to: Person) -> None:
        agent_id = self.one_of(self.agents, agent_pick)
        holder = self._holder_of(agent_id)
        words = f"{holder} sells agent {agent_id} to {to}"
        self._identity(words, holder, "transferFrom", holder, to, agent_id)
        self.twin.identity.transfer(agent_id, to.address)
        self.world.comparison.everything()

    @_identity_answers
    @rule(agent_pick=picks, wallet=new_holders)
    def an_agent_changes_its_wallet(self, agent_pick: int, wallet: Person) -> None:
        agent_id = self.one_of(self.agents, agent_pick)
        holder = self._holder_of(agent_id)
        deadline = self.world.now + 60
        consent = self.ground.signatures.wallet_consent(wallet, agent_id, holder.address, deadline)
        words = f"{wallet} becomes the wallet of agent {agent_id}"
        self._identity(words, holder, "setAgentWallet", agent_id, wallet, deadline, consent)
        self.twin.identity.set_wallet(agent_id, wallet.address)

    @_identity_answers
    @rule(agent_pick=picks)
    def an_agent_gives_up_its_wallet(self, agent_pick: int) -> None:
        agent_id = self.one_of(self.agents, agent_pick)
        self._identity(f"agent {agent_id} has no wallet", self._holder_of(agent_id), "unsetAgentWallet", agent_id)
        self.twin.identity.set_wallet(agent_id, ZERO_ADDRESS)

    @_identity_answers
    @rule(agent_pick=picks, operator=st.none() | new_holders)
    def an_agent_is_approved_to_somebody(self, agent_pick: int, operator: Person | None) -> None:
        agent_id = self.one_of(self.agents, agent_pick)
        approved = ZERO_ADDRESS if operator is None else operator.address
        self._identity(f"{operator} may act for agent {agent_id}", self._holder_of(agent_id), "approve", approved, agent_id)
        self.twin.identity.approve(agent_id, approved)

    @_identity_answers
    @rule(agent_pick=picks, operator=new_holders, approved=st.booleans())
    def a_holder_names_an_operator(self, agent_pick: int, operator: Person, approved: bool) -> None:
        holder = self._holder_of(self.one_of(self.agents, agent_pick))
        may = "may" if approved else "may not"
        self._identity(f"{operator} {may} act for all agents of {holder}", holder, "setApprovalForAll", operator, approved)
        self.twin.identity.set_operator(holder.address, operator.address, approved=approved)

    @_identity_answers
    @rule(unlikely=st.integers(0, 3))
    def the_identity_registry_falls_silent(self, unlikely: int) -> None:
        if unlikely == 0:
            self.world.identity_falls_silent()

    @precondition(lambda machine: machine.world.silent_agents is not None)
    @rule()
    def the_identity_registry_answers_again(self) -> None:
        self.world.identity_answers()

    # Circle

    @rule(account=st.integers(0, 60))
    def circle_blacklists_somebody(self, account: int) -> None:
        address = self._who_can_be_blacklisted(account)
        self._circle(f"Circle blacklists {self.world.named(address)}", usdc.blacklist, address)
        self.twin.token.blacklisted.add(address)

    @precondition(lambda machine: len(machine.twin.token.blacklisted) > 1)
    @rule(pick=picks)
    def circle_unblacklists_somebody(self, pick: int) -> None:
        known = sorted(self.twin.token.blacklisted - {self.ground.usdc.address})
        address = known[pick % len(known)]
        self._circle(f"Circle lets {self.world.named(address)} go", usdc.unblacklist, address)
        self.twin.token.blacklisted.discard(address)

    @precondition(lambda machine: not machine.twin.token.paused)
    @rule(unlikely=st.integers(0, 3))
    def circle_pauses_usdc(self, unlikely: int) -> None:
        if unlikely == 0:
            self._circle("Circle pauses USDC", usdc.pause)
            self.twin.token.paused = True

    @precondition(lambda machine: machine.twin.token.paused)
    @rule()
    def circle_unpauses_usdc(self) -> None:
        self._circle("Circle unpauses USDC", usdc.unpause)
        self.twin.token.paused = False

    @precondition(lambda machine: not machine.twin.token.paused)
    @rule(by=st.sampled_from([people.outsider, people.rich_poster]), at_the_escrow=st.booleans(), amount=st.integers(1, 100_000_000))
    def somebody_gives_money_away(self, by: Person, at_the_escrow: bool, amount: int) -> None:
        """Straight to a contract: it is not booked and belongs to nobody (RUN-24)."""
        vault = self.escrow if at_the_escrow else self.registry
        token = self.twin.token
        if token.balance_of(by.address) >= amount and not {by.address, vault.address} & token.blacklisted:
            words = f"{by} sends {amount} straight to the {self.world.named(vault)}"
            self.world.circumstance(words, self.ground.usdc, by.address, "transfer", vault, amount)
            token.transfer(by.address, vault.address, amount)
            self.world.given[vault.address] += amount

    # The platform

    @rule(by=by_owner, wrong=st.sampled_from([False] * 4 + [True]), via=vias)
    def the_owner_pauses_or_unpauses(self, by: Person | None, wrong: bool, via: Via) -> None:
        """Wrong: pauses what is paused, or unpauses what is not."""
        function = "unpause" if self.twin.escrow.paused != wrong else "pause"
        self.act(by or self._owner_of(self.escrow), function, via=via)

    @rule(by=by_owner, to=st.sampled_from([*PLATFORM, None]), lost=st.integers(0, 5), at_the_escrow=st.booleans(), via=vias)
    def the_owner_moves_the_treasury(
        self, by: Person | None, to: Person | None, lost: int, at_the_escrow: bool, via: Via
    ) -> None:
        """Without a person: to where money is lost."""
        nowhere = [ZERO_ADDRESS, *(contract.address for contract in self.ground.contracts)][lost]
        vault = self.escrow if at_the_escrow else self.registry
        self.world.act(by or self._owner_of(vault), vault, "setTreasury", nowhere if to is None else to, via=via)

    @rule(by=anybody, via=vias)
    def anybody_sweeps_the_fees(self, by: Person, via: Via) -> None:
        self.act(by, "sweepFees", via=via)

    @rule(
        pick=picks,
        by=st.sampled_from([None] * 5 + [people.outsider]),
        to=st.sampled_from([people.safe_place, people.safe_place, None, *POSTERS]),
        lost=st.integers(0, 5),
        via=vias,
    )
    def somebody_withdraws_a_credit(
        self, pick: int, by: Person | None, to: Person | None, lost: int, via: Via
    ) -> None:
        owed = [(self.escrow, account) for account in self.twin.escrow.credits]
        owed += [(self.registry, account) for account in self.twin.registry.credits]
        vault, account = (owed or [(self.escrow, people.poster.address)])[pick % max(len(owed), 1)]
        nowhere = [ZERO_ADDRESS, *(contract.address for contract in self.ground.contracts)][lost]
        self.world.act(by or BY_ADDRESS[account], vault, "withdrawCredit", nowhere if to is None else to, via=via)

    @rule(by=by_owner, to=st.sampled_from([people.owner, people.next_owner]), at_the_escrow=st.booleans(), via=vias)
    def the_owner_hands_over(self, by: Person | None, to: Person, at_the_escrow: bool, via: Via) -> None:
        vault = self.escrow if at_the_escrow else self.registry
        sender = by or self._owner_of(vault)
        self.world.act_as(sender, vault, "transferOwnership", to, rules=self._only_the_owner(vault), via=via)
        if self._pending_owner(vault) == to.address:
            self.world.act_as(to, vault, "acceptOwnership", rules=lambda speaker, now: None)
            self._twin_of(vault).owner = to.address

    @rule(by=st.sampled_from([people.outsider, people.treasury, people.poster]), at_the_escrow=st.booleans(), via=vias)
    def an_outsider_reaches_for_the_ownership(self, by: Person, at_the_escrow: bool, via: Via) -> None:
        vault = self.escrow if at_the_escrow else self.registry
        self.world.act_as(by, vault, "acceptOwnership", rules=_never, via=via)
        self.world.act_as(by, vault, "renounceOwnership", rules=self._only_the_owner(vault), via=via)

    # How

    def _only_the_owner(self, vault: Contract) -> Callable[[str, int], None]:
        owner = self._twin_of(vault).owner

        def rules(speaker: str, now: int) -> None:
            if speaker != owner:
                _never(speaker, now)

        return rules

    def _pending_owner(self, vault: Contract) -> str:
        return str(vault.view("pendingOwner"))

    def _twin_of(self, vault: Contract):
        return self.twin.escrow if vault is self.escrow else self.twin.registry

    def _owner_of(self, vault: Contract) -> Person:
        return BY_ADDRESS[self._twin_of(vault).owner]

    def _holder_of(self, agent_id: int) -> Person:
        return BY_ADDRESS[self.twin.identity.agents[agent_id].owner]

    def _who_can_be_blacklisted(self, pick: int) -> str:
        likely = [*POSTERS, *AGENT_PEOPLE, *PLATFORM[2:]]
        addresses = [person.address for person in likely] * 3 + [self.escrow.address, self.registry.address]
        return addresses[pick % len(addresses)]

    def _identity(self, words: str, holder: Person, function: str, *args: object) -> None:
        self.world.circumstance(words, self.ground.identity, holder.address, function, *args)

    def _circle(self, words: str, act: Callable[..., None], *args: object) -> None:
        self.world.tell(words)
        act(self.ground.chain, *args)


def _never(speaker: str, now: int) -> None:
    raise reverted("OwnableUnauthorizedAccount", speaker)
