"""Play the runs of a file: all are posted at once, then the clock moves to the next due event.

So every deadline is that of the file, to the second.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from agentescrow.domain.constants import ABANDON_WINDOW, MAX_REVISIONS_DEFAULT, MIN_STAKE
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.runs.terms import RunTerms
from demo import verbs
from demo.cast import Actor
from demo.planned_run import Outcome, PlannedRun
from demo.stage import Ending, Stage
from localnet import usdc as circle

_HOUR: Final = 3600
_CLAIMS_AT_A_TIME: Final = 5
"""Open claims of one agent; each locks 20 USDC of its stake (STAKE-4)."""
_UNSHARED: Final = {Outcome.CANCELLED, Outcome.SLASHED}
_REVISIONS: Final = {Outcome.REJECTED: 1}  # used up before the rejection (RUN-11)


@dataclass(frozen=True)
class _Part:
    """A run of the file on the chain.

    Attributes:
        stage: Stage of the demo.
        run_id: Id of the run.
        agent: Agent that claims it; the poster if none does.
        midway: Time half way to the deadline.
    """

    stage: Stage
    run_id: int
    agent: Actor
    midway: int

    @property
    def poster(self) -> Actor:
        return self.stage.cast.named("poster")

    def work(self) -> Iterator[int]:
        """Work, and submit before the deadline."""
        verbs.start(self.stage, self.agent, self.run_id)
        yield self.midway
        verbs.submit(self.stage, self.agent, self.run_id)

    def revision(self) -> Iterator[int]:
        """Request a revision, and resubmit."""
        yield self.stage.now + _HOUR
        verbs.revise(self.stage, self.poster, self.run_id, "please look at it again")
        yield self.stage.now + 8 * _HOUR
        verbs.submit(self.stage, self.agent, self.run_id, again=True)


_Course = Iterator[int]  # yields the times at which it goes on


def _approved(part: _Part) -> _Course:
    yield from part.work()
    yield part.stage.now + _HOUR
    verbs.approve(part.stage, part.poster, part.run_id)


def _revised(part: _Part) -> _Course:
    yield from part.work()
    yield from part.revision()
    yield part.stage.now + _HOUR
    verbs.approve(part.stage, part.poster, part.run_id)


def _rejected(part: _Part) -> _Course:
    yield from part.work()
    yield from part.revision()
    yield part.stage.now + _HOUR
    verbs.reject(part.stage, part.poster, part.run_id, "not what was asked for")


def _slashed(part: _Part) -> _Course:
    yield part.stage.contracts.runs.slashable_at(part.run_id)
    verbs.slash(part.stage, part.poster, part.run_id, part.agent)


def _silent(part: _Part) -> _Course:
    yield from part.work()
    yield part.stage.contracts.runs.review_ends_at(part.run_id)
    verbs.finalize(part.stage, part.stage.cast.named("outsider"), part.run_id)


def _cancelled(part: _Part) -> _Course:
    yield part.midway
    verbs.cancel(part.stage, part.poster, part.run_id)


def _abandoned(part: _Part) -> _Course:
    yield min(part.midway, part.stage.now + ABANDON_WINDOW // 2)
    verbs.abandon(part.stage, part.agent, part.run_id)


_COURSES: Final[Mapping[Outcome, tuple[RunState, Callable[[_Part], _Course]]]] = {
    Outcome.APPROVED: (RunState.APPROVED, _approved),
    Outcome.REVISED: (RunState.APPROVED, _revised),
    Outcome.REJECTED: (RunState.REJECTED, _rejected),
    Outcome.SLASHED: (RunState.SLASHED, _slashed),
    Outcome.SILENT: (RunState.APPROVED, _silent),
    Outcome.CANCELLED: (RunState.CANCELLED, _cancelled),
    Outcome.ABANDONED: (RunState.OPEN, _abandoned),
}


def prepare(stage: Stage, runs: Sequence[PlannedRun]) -> None:
    """Hire as many agents as the runs need, and fund everybody."""
    poster = stage.cast.named("poster")
    cost = sum(_terms(stage, run).cost for run in runs)
    missing = cost - stage.contracts.usdc.balance_of(poster.address)
    if missing > 0:
        circle.mint(stage.contracts.w3, poster.address, missing)
    for number, claims in enumerate(_crew(runs)):
        agent = stage.cast.hire(f"agent {number}", "agent", ether=1)
        circle.mint(stage.contracts.w3, agent.address, MIN_STAKE * len(claims))


def play(stage: Stage, runs: Sequence[PlannedRun]) -> None:
    """Play all runs on a prepared stage."""
    workers: dict[int, Actor] = {}
    with stage.display.progress("runs", len(runs)):
        stage.display.heading("Agents stake")
        for number, claims in enumerate(_crew(runs)):
            uri = f"https://example.com/agents/{number}.json"
            agent = verbs.register(stage, stage.cast.named(f"agent {number}"), uri)
            verbs.stake(stage, agent, MIN_STAKE * len(claims))
            workers |= dict.fromkeys(claims, agent)
        stage.display.heading("Runs are posted and claimed")
        cost = sum(_terms(stage, run).cost for run in runs)
        verbs.allow(stage, stage.cast.named("poster"), cost)
        courses = [_begun(stage, run, workers.get(index)) for index, run in enumerate(runs)]
        stage.display.heading("Time passes")
        _in_order_of_time(stage, courses)


def _crew(runs: Sequence[PlannedRun]) -> list[list[int]]:
    """Assign runs, by index, to agents.

    An agent that will be slashed claims nothing else, since it is FROZEN afterwards.
    """
    shared = [i for i, run in enumerate(runs) if run.outcome not in _UNSHARED]
    alone = [[i] for i, run in enumerate(runs) if run.outcome is Outcome.SLASHED]
    size = _CLAIMS_AT_A_TIME
    return [shared[at : at + size] for at in range(0, len(shared), size)] + alone


def _terms(stage: Stage, run: PlannedRun) -> RunTerms:
    revisions = _REVISIONS.get(run.outcome, MAX_REVISIONS_DEFAULT)
    return RunTerms(run.reward, run.deadline_at(stage.now), max_revisions=revisions)


def _begun(stage: Stage, run: PlannedRun, agent: Actor | None) -> _Course:
    poster, terms = stage.cast.named("poster"), _terms(stage, run)
    run_id = verbs.post(stage, poster, terms, run.description)
    if agent is not None:
        verbs.claim(stage, agent, run_id)
    state, course = _COURSES[run.outcome]
    stage.endings.append(Ending(run_id, run.outcome, state, agent))
    midway = stage.now + (terms.deadline - stage.now) // 2
    return course(_Part(stage, run_id, agent or poster, midway))


def _in_order_of_time(stage: Stage, courses: Sequence[_Course]) -> None:
    queue = [(stage.now, number) for number in range(len(courses))]
    while queue:
        due, number = heapq.heappop(queue)
        stage.travel_to(due)
        try:
            heapq.heappush(queue, (next(courses[number]), number))
        except StopIteration:
            stage.display.advance()
