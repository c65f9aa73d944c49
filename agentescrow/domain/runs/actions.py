"""The one transition table: which call leads where, who may make it and when, and what it moves.

The twin takes its state gate from here, the docs their table and diagram; a contract test walks all
states x all calls against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from agentescrow.domain.runs.run import FINAL_STATES, RunState


@dataclass(frozen=True, slots=True)
class Transition:
    """One row.

    Args:
        signature: The call of RunEscrow with its arguments' names.
        sources: States in which the call is allowed; empty for calls that make a run.
        who: Who may call.
        when: Further conditions, in words; empty for none.
        target: The state that follows.
        money: What moves, in words; empty for nothing.
    """

    signature: str
    sources: tuple[RunState, ...]
    who: str
    when: str
    target: RunState
    money: str

    @property
    def call(self) -> str:
        """The function's name."""
        return self.signature.partition("(")[0]


_WORKING: Final = (RunState.CLAIMED, RunState.IN_PROGRESS)
_OWING_WORK: Final = (*_WORKING, RunState.REVISION_REQUESTED)

TRANSITIONS: Final = (
    Transition("createRun(terms, ipfsHash)", (), "poster", "", RunState.DRAFT, "none"),
    Transition("postRun(terms, ipfsHash)", (), "poster", "", RunState.OPEN, "pulls reward + fee"),
    Transition(
        "postRunWithAuthorization(terms, ipfsHash, authorization)",
        (),
        "anyone, for the signer",
        "",
        RunState.OPEN,
        "EIP-3009 from the signer, who is the poster",
    ),
    Transition(
        "fundRun(runId)",
        (RunState.DRAFT,),
        "poster",
        "before the deadline",
        RunState.OPEN,
        "pulls reward + fee",
    ),
    Transition(
        "claimRun(runId, agentId)",
        (RunState.OPEN,),
        "agent operator",
        "before the deadline",
        RunState.CLAIMED,
        "locks MIN_STAKE",
    ),
    Transition("startRun(runId)", (RunState.CLAIMED,), "agent", "", RunState.IN_PROGRESS, ""),
    Transition(
        "submitWork(runId, deliverableURI)", _OWING_WORK, "agent", "", RunState.SUBMITTED, ""
    ),
    Transition(
        "approve(runId)",
        (RunState.SUBMITTED,),
        "poster",
        "",
        RunState.APPROVED,
        "reward to the payout wallet, fee to the platform, lock released",
    ),
    Transition(
        "requestRevision(runId, feedback)",
        (RunState.SUBMITTED,),
        "poster",
        "inside the review window, revisions left",
        RunState.REVISION_REQUESTED,
        "",
    ),
    Transition(
        "reject(runId, reason)",
        (RunState.SUBMITTED,),
        "poster",
        "inside the review window; revisions used up, or the first submission was late",
        RunState.REJECTED,
        "refund of reward + fee, lock released",
    ),
    Transition(
        "finalize(runId)",
        (RunState.SUBMITTED,),
        "anyone",
        "review window over",
        RunState.APPROVED,
        "as approve",
    ),
    Transition(
        "slash(runId)",
        _OWING_WORK,
        "poster",
        "overdue",
        RunState.SLASHED,
        "refund + penalty, rest of the lock freed",
    ),
    Transition(
        "cancelRun(runId)",
        (RunState.DRAFT, RunState.OPEN),
        "poster; an OPEN run past its deadline: anyone",
        "",
        RunState.CANCELLED,
        "full refund",
    ),
    Transition(
        "cancelRun(runId)",
        _WORKING,
        "poster",
        "deadline passed",
        RunState.CANCELLED,
        "full refund, lock released, no slash",
    ),
    Transition(
        "abandonRun(runId)",
        _WORKING,
        "agent",
        "within ABANDON_WINDOW of the claim, once in a run's life",
        RunState.OPEN,
        "lock released",
    ),
)


def allowed_states(call: str) -> frozenset[RunState]:
    """The states in which the state gate lets a call pass.

    Args:
        call: Name of a RunEscrow function in the table.

    Raises:
        KeyError: The table has no such call.
    """
    rows = [row for row in TRANSITIONS if row.call == call]
    if not rows:
        raise KeyError(call)
    return frozenset(state for row in rows for state in row.sources)


def allowed_bitmap(call: str) -> int:
    """The same as the `allowedBitmap` of `UnexpectedRunState`: bit n stands for state n.

    Args:
        call: Name of a RunEscrow function in the table.

    Raises:
        KeyError: The table has no such call.
    """
    return sum(1 << state for state in allowed_states(call))


def states_of_bitmap(bitmap: int) -> list[RunState]:
    """Read an `allowedBitmap` back, in the order of the states.

    Args:
        bitmap: Bit n stands for state n.
    """
    return [state for state in RunState if bitmap >> state & 1]


def transition_markdown() -> str:
    """The table for the docs, in Markdown, one row a transition."""
    lines = ["| from | call | who | when | to | money |", "|---|---|---|---|---|---|"]
    for row in TRANSITIONS:
        sources = ", ".join(state.name for state in row.sources) or "–"  # noqa: RUF001
        cells = (sources, row.signature, row.who, row.when, row.target.name, row.money)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def state_mermaid() -> str:
    """The state diagram for the docs, in Mermaid; calls between the same states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for row in TRANSITIONS:
        for source in [state.name for state in row.sources] or ["[*]"]:
            arrows.setdefault((source, row.target.name), []).append(row.call)
    lines = ["stateDiagram-v2"]
    for (source, target), calls in arrows.items():
        lines.append(f"    {source} --> {target}: {', '.join(calls)}")
    lines += [f"    {state.name} --> [*]" for state in sorted(FINAL_STATES)]
    return "\n".join(lines) + "\n"
