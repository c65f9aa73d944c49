"""Every limit in time, on purpose: a new run is brought to it, and its call is tried around it (RUN-0)."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.run import Run
from tests.stateful import people
from tests.stateful.offers import Offer, Part, good_offers, picks, posters
from tests.stateful.people import Person
from tests.stateful.rules_runs import AGENTS_CALLS, RunRules
from tests.stateful.world import DONE

# What has to happen before, and the call that is tried.
_LIMITS = (
    ((), "claimRun"),
    ((), "cancelRun"),
    (("claimRun",), "cancelRun"),
    (("claimRun",), "abandonRun"),
    (("claimRun",), "slash"),
    (("claimRun",), "submitWork"),
    (("claimRun", "submitWork"), "requestRevision"),
    (("claimRun", "submitWork"), "reject"),
    (("claimRun", "submitWork"), "finalize"),
    (("claimRun", "submitWork"), "approve"),
    (("claimRun", "submitWork", "requestRevision"), "slash"),
    (("claimRun", "submitWork", "requestRevision"), "submitWork"),
)
_UNTIL_THE_DEADLINE = {"claimRun", "cancelRun", "submitWork"}


class LimitRules(RunRules):
    """One second early, in time, one second late."""

    @precondition(lambda machine: not machine.twin.escrow.paused)
    @rule(
        poster=posters,
        offer=good_offers,
        agent_pick=picks,
        limit=st.sampled_from(_LIMITS),
        early=st.sampled_from([-1, 0, 1]),
    )
    def a_limit_is_tried(
        self,
        poster: Person,
        offer: Offer,
        agent_pick: int,
        limit: tuple[tuple[str, ...], str],
        early: int,
    ) -> None:
        """From `early` seconds around the limit on, second by second, until the call succeeds or it is over."""
        path, call = limit
        if self.act(poster, "postRun", self._terms(offer), "ipfs://task") != DONE:
            return
        run_id = self.twin.escrow.run_count()
        for step in path:
            if self._right_call(step, run_id, agent_pick, None) != DONE:
                return
        moment = self._limit_of(call, self.run(run_id))
        for at in range(max(moment + early, self.world.now + 1), moment + 2):
            if self._right_call(call, run_id, agent_pick, at) == DONE:
                break
        if call == "submitWork":  # whether it came late shows in what may follow
            self._right_call("reject", run_id, agent_pick, None)

    @precondition(lambda machine: not machine.twin.escrow.paused)
    @rule(poster=posters, offer=good_offers, early=st.sampled_from([-1, 0, 1]))
    def a_draft_is_funded_at_its_limit(self, poster: Person, offer: Offer, early: int) -> None:
        if self.act(poster, "createRun", self._terms(offer), "ipfs://task") == DONE:
            run_id = self.twin.escrow.run_count()
            at = max(self.run(run_id).deadline + early, self.world.now + 1)
            self.act(poster, "fundRun", run_id, at=at)

    def _limit_of(self, call: str, run: Run) -> int:
        return run.deadline if call in _UNTIL_THE_DEADLINE else self._limit(call, run)

    def _right_call(self, call: str, run_id: int, agent_pick: int, at: int | None):
        """By who may make it; an OPEN run is cancelled by somebody who may from its deadline on only."""
        run = self.run(run_id)
        agent_id = run.agent_id if run.claimed_at else self._claimant(call, run, agent_pick)
        by: Part | Person = Part.WALLET if call in AGENTS_CALLS else Part.POSTER
        if call == "finalize" or (call == "cancelRun" and not run.claimed_at):
            by = people.outsider
        soon = self.world.now + self.ground.chain.step  # staking for a claimant has taken time
        when = soon if at is None else max(at, self.world.now + 1)
        return self.act(
            self.who(by, run, agent_id), call, run_id, *self._rest(call, agent_id), at=when
        )

    def _claimant(self, call: str, run: Run, agent_pick: int) -> int:
        return (
            self.fit_agent_for(run, agent_pick)
            if call == "claimRun"
            else self.agent_for(run, agent_pick)
        )
