"""What posters and agents do with runs."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.constants import MIN_STAKE
from agentescrow.domain.run import FINAL_STATES, Run
from agentescrow.domain.terms import RunTerms
from agentescrow.domain.transitions import allowed_states
from tests.stateful.offers import (
    Offer,
    Part,
    anybody,
    by_agent,
    by_poster,
    good_offers,
    offers,
    offsets,
    picks,
    posters,
    texts,
    vias,
)
from tests.stateful.people import Person
from tests.stateful.stage import Stage
from tests.stateful.world import DONE, Via

_CALLS = (
    "fundRun",
    "claimRun",
    "startRun",
    "submitWork",
    "approve",
    "requestRevision",
    "reject",
    "finalize",
    "slash",
    "cancelRun",
    "abandonRun",
)
# In a story agents claim and work more often than posters lose patience.
_LIKELY = (*["claimRun"] * 6, *["submitWork"] * 3, "requestRevision", "abandonRun", *_CALLS)
_WITH_TEXT = {"submitWork", "requestRevision", "reject"}
AGENTS_CALLS = {"claimRun", "startRun", "submitWork", "abandonRun"}


def _is_there(call: str):
    """A rule for runs in the states in which the call is allowed."""
    return precondition(lambda machine: bool(machine.runs_for(call)))


class RunRules(Stage):
    """The life of a run, by the right people and by others."""

    @rule(poster=posters, offer=offers, text=texts, via=vias)
    def poster_drafts_a_run(self, poster: Person, offer: Offer, text: str, via: Via) -> None:
        self.act(poster, "createRun", self._terms(offer), text, via=via)

    @rule(poster=posters, offer=offers, text=texts, via=vias)
    def poster_posts_a_run(self, poster: Person, offer: Offer, text: str, via: Via) -> None:
        self.act(poster, "postRun", self._terms(offer), text, via=via)

    @_is_there("fundRun")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_funds_a_draft(
        self, pick: int, by: Part | Person, offset: int | None, via: Via
    ) -> None:
        run_id = self.run_for("fundRun", pick)
        self._by_poster("fundRun", run_id, by, offset, self.run(run_id).deadline, via)

    @_is_there("claimRun")
    @rule(
        pick=picks,
        agent_pick=picks,
        any_agent=st.sampled_from([False] * 4 + [True]),
        by=by_agent,
        offset=offsets,
        via=vias,
    )
    def agent_claims_a_run(
        self,
        pick: int,
        agent_pick: int,
        any_agent: bool,
        by: Part | Person,
        offset: int | None,
        via: Via,
    ) -> None:
        run_id = self.run_for("claimRun", pick)
        run = self.run(run_id)
        agent_id = (
            self.one_of(self.agents, agent_pick) if any_agent else self.agent_for(run, agent_pick)
        )
        at = self.world.moment(offset, run.deadline)
        self.act(self.who(by, None, agent_id), "claimRun", run_id, agent_id, at=at, via=via)

    @_is_there("startRun")
    @rule(pick=picks, by=by_agent, via=vias)
    def agent_starts(self, pick: int, by: Part | Person, via: Via) -> None:
        run_id = self.run_for("startRun", pick)
        self._by_agent("startRun", run_id, (), by, None, 0, via)

    @_is_there("submitWork")
    @rule(
        pick=picks,
        by=by_agent,
        text=texts,
        offset=offsets,
        around_the_deadline=st.booleans(),
        via=vias,
    )
    def agent_submits(
        self,
        pick: int,
        by: Part | Person,
        text: str,
        offset: int | None,
        around_the_deadline: bool,
        via: Via,
    ) -> None:
        run_id = self.run_for("submitWork", pick)
        run = self.run(run_id)
        limit = run.deadline if around_the_deadline else run.slashable_at
        self._by_agent("submitWork", run_id, (text,), by, offset, limit, via)

    @_is_there("abandonRun")
    @rule(pick=picks, by=by_agent, offset=offsets, via=vias)
    def agent_abandons(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("abandonRun", pick)
        self._by_agent("abandonRun", run_id, (), by, offset, self.run(run_id).abandon_ends_at, via)

    @_is_there("approve")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_approves(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("approve", pick)
        self._by_poster("approve", run_id, by, offset, self.run(run_id).review_ends_at, via)

    @_is_there("requestRevision")
    @rule(pick=picks, by=by_poster, text=texts, offset=offsets, via=vias)
    def poster_requests_a_revision(
        self, pick: int, by: Part | Person, text: str, offset: int | None, via: Via
    ) -> None:
        run_id = self.run_for("requestRevision", pick)
        self._by_poster(
            "requestRevision", run_id, by, offset, self.run(run_id).review_ends_at, via, text
        )

    @_is_there("reject")
    @rule(pick=picks, by=by_poster, text=texts, offset=offsets, via=vias)
    def poster_rejects(
        self, pick: int, by: Part | Person, text: str, offset: int | None, via: Via
    ) -> None:
        run_id = self.run_for("reject", pick)
        self._by_poster("reject", run_id, by, offset, self.run(run_id).review_ends_at, via, text)

    @_is_there("finalize")
    @rule(pick=picks, by=anybody, offset=offsets, via=vias)
    def anybody_finalizes(self, pick: int, by: Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("finalize", pick)
        at = self.world.moment(offset, self.run(run_id).review_ends_at)
        self.act(by, "finalize", run_id, at=at, via=via)

    @_is_there("slash")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_slashes(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("slash", pick)
        self._by_poster("slash", run_id, by, offset, self.run(run_id).slashable_at, via)

    @_is_there("cancelRun")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_cancels(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("cancelRun", pick)
        self._by_poster("cancelRun", run_id, by, offset, self.run(run_id).deadline, via)

    # Whole stories, so that much comes about in few steps

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
        """The right people do one thing after another that the state allows, the last of them at an edge of its time."""
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
        if self.act(poster, "postRun", self._terms(offer), "ipfs://task") == DONE:
            self._goes_on(self.twin.escrow.run_count(), agent_pick, choices, offset)

    @precondition(lambda machine: not machine.twin.escrow.paused)
    @rule(poster=posters, offer=good_offers, pick=picks, times=st.sampled_from([1, 2, 5]))
    def runs_go_well(self, poster: Person, offer: Offer, pick: int, times: int) -> None:
        for _ in range(times):
            run_id = self._claimed(poster, offer, pick)
            if run_id is not None:
                self._by_agent(
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
        for offset in offsets:
            run_id = self._claimed(poster, offer, pick)
            if run_id is not None:
                self._by_poster(
                    "slash",
                    run_id,
                    Part.POSTER,
                    offset,
                    self.run(run_id).slashable_at,
                    Via.DIRECTLY,
                )

    # Out of turn

    @precondition(lambda machine: machine.twin.escrow.runs)
    @rule(
        call=st.sampled_from(_CALLS),
        pick=picks,
        agent_pick=picks,
        by=st.one_of(by_poster, by_agent),
        via=vias,
    )
    def somebody_calls_out_of_turn(
        self, call: str, pick: int, agent_pick: int, by: Part | Person, via: Via
    ) -> None:
        run_id = self.one_of(self.twin.escrow.runs, pick)
        agent_id = self.one_of(self.agents, agent_pick)
        run = self.run(run_id)
        sender = self.who(by, run, run.agent_id if run.claimed_at else agent_id)
        self.act(sender, call, run_id, *self._rest(call, agent_id), via=via)

    @rule(
        call=st.sampled_from(_CALLS),
        by=anybody,
        run_id=st.sampled_from([0, 2**32, 2**40, 2**256 - 1]),
        agent_id=st.sampled_from([2**32 - 1, 2**32, 2**64, 2**256 - 1]),
        pick=picks,
    )
    def somebody_names_what_does_not_exist(
        self, call: str, by: Person, run_id: int, agent_id: int, pick: int
    ) -> None:
        self.act(by, call, run_id, *self._rest(call, agent_id))
        self.world.act(by, self.registry, "stake", agent_id, MIN_STAKE)
        self.world.act(by, self.registry, "unstake", agent_id, MIN_STAKE, by)
        if self.runs_for("claimRun"):
            self.act(by, "claimRun", self.run_for("claimRun", pick), agent_id)

    @precondition(lambda machine: machine.twin.escrow.runs)
    @rule(
        calls=st.lists(st.sampled_from(_CALLS), min_size=2, max_size=3),
        pick=picks,
        agent_pick=picks,
        by=st.one_of(by_poster, by_agent),
        via=st.sampled_from([Via.DIRECTLY, Via.RELAYED]),
    )
    def somebody_does_several_things_at_once(
        self, calls: list[str], pick: int, agent_pick: int, by: Part | Person, via: Via
    ) -> None:
        run_id = self.one_of(self.twin.escrow.runs, pick)
        run = self.run(run_id)
        agent_id = run.agent_id if run.claimed_at else self.agent_for(run, agent_pick)
        together = [(call, run_id, *self._rest(call, agent_id)) for call in calls]
        self.world.act_together(self.who(by, run, agent_id), self.escrow, *together, via=via)

    @rule(
        poster=posters,
        offer=good_offers,
        bad=offers,
        via=st.sampled_from([Via.DIRECTLY, Via.RELAYED]),
    )
    def poster_posts_two_runs_at_once(
        self, poster: Person, offer: Offer, bad: Offer, via: Via
    ) -> None:
        terms = [("postRun", self._terms(each), "ipfs://task") for each in (offer, bad)]
        self.world.act_together(poster, self.escrow, *terms, via=via)

    # How

    def _goes_on(
        self, run_id: int, agent_pick: int, choices: list[int], offset: int | None
    ) -> None:
        for number, choice in enumerate(choices, start=1):
            run = self.run(run_id)
            calls = [call for call in _LIKELY if run.state in allowed_states(call)]
            if not calls:
                return
            call = calls[choice % len(calls)]
            fit = self.fit_agent_for if call == "claimRun" else self.agent_for
            agent_id = run.agent_id if run.claimed_at else fit(run, agent_pick)
            by = Part.WALLET if call in AGENTS_CALLS else Part.POSTER
            at = self.world.moment(
                offset if number == len(choices) else None, self._limit(call, run)
            )
            self.act(self.who(by, run, agent_id), call, run_id, *self._rest(call, agent_id), at=at)

    def live_runs(self) -> list[int]:
        """Runs that have not ended."""
        return [
            run_id for run_id, run in self.twin.escrow.runs.items() if run.state not in FINAL_STATES
        ]

    def _limit(self, call: str, run: Run) -> int:
        """The moment that a call has to do with."""
        if call in ("fundRun", "claimRun", "cancelRun"):
            return run.deadline
        return run.abandon_ends_at if call == "abandonRun" else run.due_at

    def _terms(self, offer: Offer) -> RunTerms:
        return offer.terms(self.world.now + self.ground.chain.step)

    def _rest(self, call: str, agent_id: int) -> tuple[int | str, ...]:
        if call == "claimRun":
            return (agent_id,)
        return ("ipfs://text",) if call in _WITH_TEXT else ()

    def _by_poster(
        self,
        call: str,
        run_id: int,
        by: Part | Person,
        offset: int | None,
        limit: int,
        via: Via,
        *rest: str,
    ) -> None:
        at = self.world.moment(offset, limit)
        self.act(self.who(by, self.run(run_id)), call, run_id, *rest, at=at, via=via)

    def _by_agent(
        self,
        call: str,
        run_id: int,
        rest: tuple[str, ...],
        by: Part | Person,
        offset: int | None,
        limit: int,
        via: Via,
    ) -> None:
        run = self.run(run_id)
        at = self.world.moment(offset, limit)
        self.act(self.who(by, run, run.agent_id), call, run_id, *rest, at=at, via=via)

    def _claimed(self, poster: Person, offer: Offer, pick: int) -> int | None:
        """A run that an agent has claimed just now, where both agree to it."""
        if self.act(poster, "postRun", self._terms(offer), "ipfs://task") != DONE:
            return None
        run_id = self.twin.escrow.run_count()
        agent_id = self.fit_agent_for(self.run(run_id), pick)
        claimed = self.act(self.who(Part.WALLET, None, agent_id), "claimRun", run_id, agent_id)
        return run_id if claimed == DONE else None
