"""Whole stories of runs, so that much comes about in few steps."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.constants import MIN_STAKE
from agentescrow.domain.runs.actions import RUN_ACTIONS
from tests.stateful import people
from tests.stateful.offers import Offer, Part, anybody, good_offers, offsets, picks, posters
from tests.stateful.outcome import DONE, Via
from tests.stateful.people import Person
from tests.stateful.stage import AGENTS_CALLS, CALLS, WITH_TEXT, Stage

# Agents claim and work more often than posters lose patience.
_LIKELY = (*["claimRun"] * 6, *["submitWork"] * 3, "requestRevision", "abandonRun", *CALLS)


class StoryRules(Stage):
    """Runs that go well, and agents that let the time pass."""

    @precondition(lambda machine: machine.live_runs())
    @rule(
        pick=picks,
        agent_pick=picks,
        choices=st.lists(st.integers(0, 19), min_size=1, max_size=6),
        offset=offsets,
    )
    def a_run_goes_on(
        self, pick: int, agent_pick: int, choices: list[int], offset: int | None
    ) -> None:
        """The right people do what the state allows, the last of it at an edge of its time."""
        self._goes_on(self.one_of(self.live_runs(), pick), agent_pick, choices, offset)

    @rule(
        poster=posters,
        offer=good_offers,
        agent_pick=picks,
        choices=st.lists(st.integers(0, 19), min_size=2, max_size=8),
        offset=offsets,
    )
    def a_new_run_goes_its_way(
        self, poster: Person, offer: Offer, agent_pick: int, choices: list[int], offset: int | None
    ) -> None:
        if self.act(poster, "postRun", self.terms(offer), "ipfs://task") == DONE:
            self._goes_on(self.twin.escrow.run_count(), agent_pick, choices, offset)

    @rule(
        poster=posters,
        offer=good_offers,
        agent_pick=picks,
        choices=st.lists(st.integers(0, 19), min_size=2, max_size=6),
        intruder=anybody,
    )
    def a_new_run_is_interfered_with(
        self, poster: Person, offer: Offer, agent_pick: int, choices: list[int], intruder: Person
    ) -> None:
        """Before each step somebody else tries it, and the right one with an empty text."""
        if self.act(poster, "postRun", self.terms(offer), "ipfs://task") == DONE:
            self._goes_on(self.twin.escrow.run_count(), agent_pick, choices, None, intruder)

    @precondition(lambda machine: not machine.twin.escrow.paused)
    @rule(poster=posters, offer=good_offers, pick=picks, times=st.sampled_from([1, 2, 5]))
    def runs_go_well(self, poster: Person, offer: Offer, pick: int, times: int) -> None:
        for _ in range(times):
            run_id = self._claimed(poster, offer, pick)
            if run_id is not None:
                self.call_by_agent(
                    "submitWork", run_id, ("ipfs://work",), Part.WALLET, None, 0, Via.DIRECTLY
                )
                self.act(poster, "approve", run_id)

    @precondition(lambda machine: not machine.twin.escrow.paused)
    @rule(
        poster=posters,
        offer=good_offers,
        pick=picks,
        offsets=st.lists(st.sampled_from([0, -1, 1]), min_size=1, max_size=3),
    )
    def an_agent_lets_the_time_pass(
        self, poster: Person, offer: Offer, pick: int, offsets: list[int]
    ) -> None:
        """The same one up to three times; then somebody stakes for it, or is refused."""
        agent_id = None
        for offset in offsets:
            run_id = self._claimed(poster, offer, pick, agent_id)
            if run_id is None:
                return
            agent_id = self.run(run_id).agent_id
            limit = self.run(run_id).slashable_at
            self.call_by_poster("slash", run_id, Part.POSTER, offset, limit, Via.DIRECTLY)
        if agent_id is not None:
            self.act_registry(people.rich_poster, "stake", agent_id, MIN_STAKE)

    def _goes_on(
        self,
        run_id: int,
        agent_pick: int,
        choices: list[int],
        offset: int | None,
        intruder: Person | None = None,
    ) -> None:
        for number, choice in enumerate(choices, start=1):
            run = self.run(run_id)
            calls = [call for call in _LIKELY if run.state in RUN_ACTIONS[call].sources]
            if not calls:
                return
            call = calls[choice % len(calls)]
            fit = self.fit_agent_for if call == "claimRun" else self.agent_for
            agent_id = run.agent_id if run.claimed_at else fit(run, agent_pick)
            by = Part.WALLET if call in AGENTS_CALLS else Part.POSTER
            if intruder is not None:
                self.act(intruder, call, run_id, *self.rest_of(call, agent_id))
                if call in WITH_TEXT:
                    self.act(self.who(by, run, agent_id), call, run_id, "")
            at = self.world.moment(
                offset if number == len(choices) else None, self.limit_of(call, run)
            )
            self.act(
                self.who(by, run, agent_id), call, run_id, *self.rest_of(call, agent_id), at=at
            )

    def _claimed(
        self, poster: Person, offer: Offer, pick: int, agent_id: int | None = None
    ) -> int | None:
        """A run that an agent, or a certain one, has claimed just now, where both agree."""
        if self.act(poster, "postRun", self.terms(offer), "ipfs://task") != DONE:
            return None
        run_id = self.twin.escrow.run_count()
        if agent_id is None:
            agent_id = self.agent_for(self.run(run_id), pick)
        self.stake_where_it_lacks(agent_id)
        claimed = self.act(self.who(Part.WALLET, None, agent_id), "claimRun", run_id, agent_id)
        return run_id if claimed == DONE else None
