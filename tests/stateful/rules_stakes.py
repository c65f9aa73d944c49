"""What happens to stakes: deposits, withdrawals, markets."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MIN_STAKE
from tests.stateful import people
from tests.stateful.offers import (
    Nowhere,
    Part,
    anybody,
    caps,
    nowhere,
    picks,
    slices,
    stakers,
    stakes,
    vias,
)
from tests.stateful.outcome import Via
from tests.stateful.people import AGENT_PEOPLE, BY_ADDRESS, EVERYBODY, MARKETS, Person
from tests.stateful.stage import Stage

_SLASHED = (AgentStatus.FROZEN, AgentStatus.BANNED)
receivers = (
    st.sampled_from([None] * 6 + [*AGENT_PEOPLE, people.safe_place, people.outsider]) | nowhere
)
unstakers = st.sampled_from(
    [Part.NFT_OWNER] * 6 + [Part.OPERATOR] * 2 + [Part.WALLET, people.outsider, people.buyer]
)
markets = st.sampled_from(
    [people.second_market] * 6
    + [people.third_market] * 4
    + [people.fourth_market, people.outsider, people.owner]
)
# What a market sends to another contract is a gift, which nobody gets back (RUN-26).
beneficiaries = st.sampled_from([*EVERYBODY, Nowhere.ZERO, Nowhere.REGISTRY])


class StakeRules(Stage):
    """Deposits and withdrawals by everybody, and markets that are none of ours."""

    @rule(by=stakers, agent_pick=picks, amount=stakes, via=vias)
    def somebody_stakes(self, by: Person, agent_pick: int, amount: int, via: Via) -> None:
        self.act_registry(by, "stake", self.one_of(self.agents, agent_pick), amount, via=via)

    @precondition(lambda machine: machine.agents_with(*_SLASHED))
    @rule(
        by=stakers,
        pick=picks,
        amount=st.sampled_from([MIN_STAKE, MIN_STAKE, MIN_STAKE - 1, 5 * MIN_STAKE]),
    )
    def somebody_stakes_for_a_slashed_agent(self, by: Person, pick: int, amount: int) -> None:
        """It unfreezes a frozen agent; a banned one must not receive it."""
        self.act_registry(by, "stake", self.one_of(self.agents_with(*_SLASHED), pick), amount)

    @rule(by=unstakers, agent_pick=picks, amount=st.none() | stakes, to=receivers, via=vias)
    def somebody_unstakes(
        self,
        by: Part | Person,
        agent_pick: int,
        amount: int | None,
        to: Person | Nowhere | None,
        via: Via,
    ) -> None:
        """Without an amount: all that is available; without a receiver: to the NFT's owner."""
        agent_id = self.one_of(self.agents, agent_pick)
        whole = self.twin.registry.available_stake(agent_id) if amount is None else amount
        receiver = self.place(self.who(Part.NFT_OWNER, None, agent_id) if to is None else to)
        self.act_registry(
            self.who(by, None, agent_id), "unstake", agent_id, whole, receiver, via=via
        )

    # Markets

    @rule(
        by=markets,
        agent_pick=picks,
        amount=slices,
        min_status=st.sampled_from([1, 1, 1, 2, 0, 0, 3]),
        via=vias,
    )
    def a_market_locks(
        self, by: Person, agent_pick: int, amount: int, min_status: int, via: Via
    ) -> None:
        """For a claim, or for a bond."""
        self.act_registry(
            by, "lock", self.one_of(self.agents, agent_pick), amount, min_status, via=via
        )

    @rule(
        by=markets,
        agent_pick=picks,
        amount=slices,
        outcome=st.sampled_from([1, 1, 2, 0, 3, 255]),
        via=vias,
    )
    def a_market_releases(
        self, by: Person, agent_pick: int, amount: int, outcome: int, via: Via
    ) -> None:
        self.act_registry(by, "release", self._locked(agent_pick), amount, outcome, via=via)

    @rule(
        by=markets,
        agent_pick=picks,
        amount=slices,
        share=st.sampled_from([0, 1, 2, 3, 4]),
        to=beneficiaries,
        strike=st.booleans(),
        via=vias,
    )
    def a_market_slashes(
        self,
        by: Person,
        agent_pick: int,
        amount: int,
        share: int,
        to: Person | Nowhere,
        strike: bool,
        via: Via,
    ) -> None:
        """Nothing, a unit, half, all, or a unit more than all is for somebody or for nobody."""
        penalty = [0, 1, amount // 2, amount, amount + 1][share]
        agent_id, receiver = self._locked(agent_pick), self.place(to)
        self.act_registry(by, "slash", agent_id, amount, penalty, receiver, strike, via=via)

    @precondition(lambda machine: machine.markets_that_lock())
    @rule(
        pick=picks,
        agent_pick=picks,
        amount=st.sampled_from([MIN_STAKE, 1, MIN_STAKE // 2]),
        min_status=st.sampled_from([1, 0]),
        first=vias,
        end=st.sampled_from(["release", "slash"]),
        then=vias,
        outcome=st.sampled_from([0, 1, 2]),
        to=anybody,
        strike=st.booleans(),
    )
    def a_market_works_with_an_agent(
        self,
        pick: int,
        agent_pick: int,
        amount: int,
        min_status: int,
        first: Via,
        end: str,
        then: Via,
        outcome: int,
        to: Person,
        strike: bool,
    ) -> None:
        """It locks, and releases or slashes that; each also in a way that may be refused."""
        agent_id = self.one_of(self.agents, agent_pick)
        self.stake_where_it_lacks(agent_id)
        market = BY_ADDRESS[self.one_of(self.markets_that_lock(), pick)]
        if market.address in self.twin.registry.added and outcome:
            self._allows(agent_id, market, self._held(market, agent_id) + amount)
        self.act_registry(market, "lock", agent_id, amount, min_status, via=first)
        rest = (outcome,) if end == "release" else (max(amount // 2, 1), to, strike)
        self.act_registry(market, end, agent_id, amount, *rest, via=then)

    @rule(
        by=st.sampled_from([None] * 6 + [people.outsider, people.second_market]),
        market=st.sampled_from([*MARKETS[1:], *MARKETS, people.agent_owner, people.next_treasury])
        | nowhere,
        via=vias,
    )
    def the_owner_adds_a_market(
        self, by: Person | None, market: Person | Nowhere, via: Via
    ) -> None:
        """Also one that is where fees go, or that owns an agent, which may receive all the same."""
        named = self.place(market)
        self.act_registry(by or self._platform_owner(), "addMarket", named, via=via)

    @rule(
        by=st.sampled_from([None] * 6 + [people.outsider]),
        market=st.sampled_from([*MARKETS[1:]] * 4 + [people.second_market, None]),
        via=vias,
    )
    def the_owner_retires_a_market(
        self, by: Person | None, market: Person | None, via: Via
    ) -> None:
        """Seldom one of the constructor, and RunEscrow as well: no run is claimed any more."""
        named = self.escrow.address if market is None else market.address
        self.act_registry(by or self._platform_owner(), "retireMarket", named, via=via)

    @rule(
        by=st.sampled_from([Part.NFT_OWNER] * 6 + [Part.OPERATOR, Part.WALLET, people.outsider]),
        agent_pick=picks,
        market=st.sampled_from([*MARKETS[1:]] * 4 + [people.second_market, people.outsider]),
        cap=caps,
        via=vias,
    )
    def somebody_allows_a_market(
        self, by: Part | Person, agent_pick: int, market: Person, cap: int, via: Via
    ) -> None:
        agent_id = self.one_of(self.agents, agent_pick)
        sender = self.who(by, None, agent_id)
        self.act_registry(sender, "allowMarket", agent_id, market, cap, via=via)

    @rule(agent_pick=picks, cap=st.sampled_from([MIN_STAKE, 1, 2 * MIN_STAKE]))
    def a_market_is_added_and_allowed(self, agent_pick: int, cap: int) -> None:
        """It locks what it is allowed, and not a unit more; no smaller cap is allowed then."""
        added = [*people.MARKETS[1:]]
        market = added[agent_pick % len(added)]
        agent_id = self.one_of(self.agents, agent_pick)
        self.stake_where_it_lacks(agent_id)
        if market.address not in self.twin.registry.markets():
            self.act_registry(self._platform_owner(), "addMarket", market)
        held = self._held(market, agent_id)
        self.act_registry(market, "lock", agent_id, 1, 0)
        self._allows(agent_id, market, held + cap)
        for amount in (cap + 1, cap, 1):
            self.act_registry(market, "lock", agent_id, amount, 1)
        for lower in (held + cap - 1, held + cap):
            self._allows(agent_id, market, lower)

    @precondition(lambda machine: machine.world.silent_agents is None)
    @rule(agent_pick=picks, market=st.sampled_from(MARKETS[1:]), back=st.booleans())
    def an_allowed_agent_is_sold(self, agent_pick: int, market: Person, back: bool) -> None:
        """The seller's consent binds nobody else, and binds again once the NFT is the seller's."""
        agent_id = self.one_of(self.agents, agent_pick)
        seller = self.who(Part.NFT_OWNER, None, agent_id)
        self._allows(agent_id, market, self._held(market, agent_id) + 2)
        self.act_registry(market, "lock", agent_id, 1, 0)
        self.sold(agent_id, people.buyer)
        self.act_registry(market, "lock", agent_id, 1, 0)
        self.act_registry(market, "release", agent_id, 1, 0)
        if back:
            self.sold(agent_id, seller)
        else:
            self._allows(agent_id, market, self._held(market, agent_id) + 1)
        self.act_registry(market, "lock", agent_id, 1, 1)

    @rule(
        by=st.sampled_from([*MARKETS, people.outsider]),
        stopped=st.sampled_from([True, True, False]),
        via=vias,
        steps=st.integers(1, 5),
    )
    def a_market_stops_its_claims(self, by: Person, stopped: bool, via: Via, steps: int) -> None:
        """Or somebody who is none; after a while they go on."""
        self.act_registry(by, "stopClaims", stopped, via=via)
        self.act_registry(by, "lock", self.agents[0], 1, 1)
        self.world.for_a_while(steps, lambda: self._takes_claims(by))

    # Which and how

    def markets_that_lock(self) -> list[str]:
        """The people among the markets that are not retired."""
        registry = self.twin.registry
        return sorted(registry.markets() - registry.retired - {self.escrow.address})

    def _held(self, market: Person, agent_id: int) -> int:
        return self.twin.registry.locked_by(market.address, agent_id)

    def _allows(self, agent_id: int, market: Person, cap: int) -> None:
        owner = self.who(Part.NFT_OWNER, None, agent_id)
        self.act_registry(owner, "allowMarket", agent_id, market, cap)

    def _takes_claims(self, market: Person) -> None:
        if market.address in self.twin.registry.stopped:
            self.act_registry(market, "stopClaims", False)

    def agents_with(self, *statuses: AgentStatus) -> list[int]:
        """Agents at some places of the ladder."""
        now = self.world.now
        return [
            agent
            for agent in self.agents
            if self.twin.registry.status_of(agent, now=now) in statuses
        ]

    def _locked(self, pick: int) -> int:
        """An agent of which a second market has locked something, if there is one."""
        held = [
            agent
            for (market, agent), amount in self.twin.registry.locks.items()
            if amount and market in BY_ADDRESS
        ]
        return self.one_of(held or self.agents, pick)

    def _platform_owner(self) -> Person:
        return BY_ADDRESS[self.twin.registry.owner]
