"""Every limit in time, on purpose: a new run is brought to it, its call tried around it (RUN-0)."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.runs.run import Run
from tests.stateful import people
from tests.stateful.offers import Offer, Part, good_offers, picks, posters
from tests.stateful.outcome import DONE, Outcome
from tests.stateful.people import Person
from tests.stateful.stage import AGENTS_CALLS, Stage

# What has to happen before, and the call that is tried.
_OF_AGENTS = (
    ((), "claimRun"),
    (("claimRun",), "abandonRun"),
    (("claimRun", "abandonRun", "claimRun"), "abandonRun"),
    (("claimRun",), "submitWork"),
    (("claimRun", "submitWork", "requestRevision"), "submitWork"),
)
_OF_POSTERS = (
    (("claimRun",), "cancelRun"),
    (("claimRun",), "slash"),
    (("claimRun", "submitWork"), "requestRevision"),
    (("claimRun", "submitWork"), "reject"),
    (("claimRun", "submitWork"), "approve"),
    (("claimRun", "submitWork", "requestRevision"), "slash"),
)
_OF_ANYBODY = (
    ((), "cancelRun"),
    (("claimRun", "submitWork"), "finalize"),
)
_UNTIL_THE_DEADLINE = {"claimRun", "cancelRun", "submitWork"}
_Limit = tuple[tuple[str, ...], str]
_early = st.sampled_from([0, -1, 1])
_open = precondition(lambda machine: not machine.twin.escrow.paused)


def _one_of(limits: tuple[_Limit, ...]) -> st.SearchStrategy[_Limit]:
    return st.sampled_from(limits)


class LimitRules(Stage):
    """One second early, in time, one second late."""

    @_open
    @rule(
        poster=posters, offer=good_offers, agent_pick=picks, limit=_one_of(_OF_AGENTS), early=_early
    )
    def an_agents_limit_is_tried(
        self, poster: Person, offer: Offer, agent_pick: int, limit: _Limit, early: int
    ) -> None:
        self._tried(poster, offer, agent_pick, limit, early)

    @_open
    @rule(
        poster=posters,
        offer=good_offers,
        agent_pick=picks,
        limit=_one_of(_OF_POSTERS),
        early=_early,
    )
    def a_posters_limit_is_tried(
        self, poster: Person, offer: Offer, agent_pick: int, limit: _Limit, early: int
    ) -> None:
        self._tried(poster, offer, agent_pick, limit, early)

    @_open
    @rule(
        poster=posters,
        offer=good_offers,
        agent_pick=picks,
        limit=_one_of(_OF_ANYBODY),
        early=_early,
    )
    def a_limit_for_anybody_is_tried(
        self, poster: Person, offer: Offer, agent_pick: int, limit: _Limit, early: int
    ) -> None:
        self._tried(poster, offer, agent_pick, limit, early)

    def _tried(
        self, poster: Person, offer: Offer, agent_pick: int, limit: _Limit, early: int
    ) -> None:
        """From `early` seconds around the limit on, second by second, until the call succeeds."""
        path, call = limit
        if self.act(poster, "postRun", self.terms(offer), "ipfs://task") != DONE:
            return
        run_id = self.twin.escrow.run_count()
        for step in path:
            if self._right_call(step, run_id, agent_pick, None) != DONE:
                return
        if call == "reject":
            self.act(poster, "reject", run_id, "")
        moment = self._tried_limit(call, self.run(run_id))
        for at in range(max(moment + early, self.world.now + 1), moment + 2):
            if self._right_call(call, run_id, agent_pick, at) == DONE:
                break
        if call == "submitWork":  # whether it came late shows in what may follow
            self._right_call("reject", run_id, agent_pick, None)

    @_open
    @rule(poster=posters, offer=good_offers, early=_early)
    def a_draft_is_funded_at_its_limit(self, poster: Person, offer: Offer, early: int) -> None:
        if self.act(poster, "createRun", self.terms(offer), "ipfs://task") == DONE:
            run_id = self.twin.escrow.run_count()
            at = max(self.run(run_id).deadline + early, self.world.now + 1)
            self.act(poster, "fundRun", run_id, at=at)

    def _tried_limit(self, call: str, run: Run) -> int:
        return run.deadline if call in _UNTIL_THE_DEADLINE else self.limit_of(call, run)

    def _right_call(self, call: str, run_id: int, agent_pick: int, at: int | None) -> Outcome:
        """By who may make it; an OPEN run is cancelled by who may from its deadline on only."""
        run = self.run(run_id)
        agent_id = run.agent_id if run.claimed_at else self._claimant(call, run, agent_pick)
        by: Part | Person = Part.WALLET if call in AGENTS_CALLS else Part.POSTER
        if call == "finalize" or (call == "cancelRun" and not run.claimed_at):
            by = people.outsider
        soon = self.world.now + self.ground.chain.step  # staking for a claimant has taken time
        when = soon if at is None else max(at, self.world.now + 1)
        return self.act(
            self.who(by, run, agent_id), call, run_id, *self.rest_of(call, agent_id), at=when
        )

    def _claimant(self, call: str, run: Run, agent_pick: int) -> int:
        return (
            self.fit_agent_for(run, agent_pick)
            if call == "claimRun"
            else self.agent_for(run, agent_pick)
        )
