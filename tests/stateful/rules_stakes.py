"""What happens to stakes: deposits, withdrawals, markets."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MARKET_DELAY, MIN_STAKE
from tests.stateful import people
from tests.stateful.offers import (
    Nowhere,
    Part,
    anybody,
    nowhere,
    offsets,
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
    [people.second_market] * 6 + [people.third_market, people.outsider, people.owner]
)


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
        min_status=st.sampled_from([1, 1, 1, 2, 0, 3]),
        via=vias,
    )
    def a_market_locks(
        self, by: Person, agent_pick: int, amount: int, min_status: int, via: Via
    ) -> None:
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
        to=st.sampled_from([*EVERYBODY, None]),
        share=st.sampled_from([0, 1, 2, 3]),
        via=vias,
    )
    def a_market_slashes(
        self, by: Person, agent_pick: int, amount: int, to: Person | None, share: int, via: Via
    ) -> None:
        """It gives nothing, half, all, or one unit more than all to somebody or to nobody."""
        compensation = [0, amount // 2, amount, amount + 1][share]
        receiver = "0x" + "00" * 20 if to is None else to
        self.act_registry(
            by, "slash", self._locked(agent_pick), amount, receiver, compensation, via=via
        )

    @rule(
        by=st.sampled_from([None] * 6 + [people.outsider, people.second_market]),
        market=st.sampled_from([*MARKETS, people.second_market]) | nowhere,
        via=vias,
    )
    def the_owner_schedules_a_market(
        self, by: Person | None, market: Person | Nowhere, via: Via
    ) -> None:
        named = self.place(market)
        self.act_registry(by or self._platform_owner(), "scheduleMarket", named, via=via)

    @rule(
        by=st.sampled_from([None] * 6 + [people.outsider]),
        newest=st.sampled_from([True] * 4 + [False]),
        market=st.sampled_from(MARKETS),
        offset=offsets,
        via=vias,
    )
    def the_owner_cancels_a_market(
        self, by: Person | None, newest: bool, market: Person, offset: int | None, via: Via
    ) -> None:
        """The newest one, which may be RunEscrow and as such usable for ever."""
        usable_at = self.twin.registry.usable_at
        named = max(usable_at, key=lambda known: usable_at[known]) if newest else market.address
        at = self.world.moment(offset, self.twin.registry.market_usable_at(named))
        self.act_registry(by or self._platform_owner(), "cancelMarket", named, at=at, via=via)

    @precondition(lambda machine: people.second_market.address in machine.twin.registry.usable_at)
    @rule(agent_pick=picks, amount=slices, offset=st.sampled_from([0, -1, 1]))
    def a_market_locks_as_soon_as_it_may(self, agent_pick: int, amount: int, offset: int) -> None:
        at = self.world.moment(
            offset, self.twin.registry.market_usable_at(people.second_market.address)
        )
        agent_id = self.one_of(self.agents, agent_pick)
        self.act_registry(people.second_market, "lock", agent_id, amount, 1, at=at)

    @precondition(lambda machine: machine.second_market_is_open())
    @rule(
        agent_pick=picks,
        amount=st.sampled_from([MIN_STAKE, 1, MIN_STAKE // 2]),
        first=vias,
        end=st.sampled_from(["release", "slash"]),
        then=vias,
        outcome=st.sampled_from([0, 1, 2]),
        to=anybody,
    )
    def a_market_works_with_an_agent(
        self,
        agent_pick: int,
        amount: int,
        first: Via,
        end: str,
        then: Via,
        outcome: int,
        to: Person,
    ) -> None:
        """It locks, and releases or slashes that; each also in a way that may be refused."""
        agent_id = self.one_of(self.agents, agent_pick)
        self.stake_where_it_lacks(agent_id)
        market = people.second_market
        self.act_registry(market, "lock", agent_id, amount, 1, via=first)
        rest = (agent_pick % 3,) if end == "release" else (to, amount // 2)
        self.act_registry(market, end, agent_id, amount, *rest, via=then)

    @precondition(
        lambda machine: people.third_market.address not in machine.twin.registry.usable_at
    )
    @rule(offset=st.sampled_from([-1, 0, 1]), via=vias)
    def a_market_is_announced_and_called_off(self, offset: int, via: Via) -> None:
        announced = people.third_market
        self.act_registry(self._platform_owner(), "scheduleMarket", announced)
        at = self.world.now + MARKET_DELAY + offset
        self.act_registry(self._platform_owner(), "cancelMarket", announced, at=at, via=via)

    # Which and how

    def third_market_is_announced(self) -> bool:
        """Whether there is one that can be called off, or no more."""
        return self.twin.registry.market_usable_at(people.third_market.address) != 0

    def second_market_is_open(self) -> bool:
        """Whether there is one that may lock now."""
        return self.twin.registry.is_market(people.second_market.address, now=self.world.now)

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
