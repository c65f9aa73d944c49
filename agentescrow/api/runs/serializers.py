"""Serializers of runs."""

from __future__ import annotations

from typing import Final

from agentescrow.api.serializers import Json, serializer
from agentescrow.domain.agent import status_of
from agentescrow.domain.runs.eligibility import reasons
from agentescrow.domain.runs.run import due_at
from agentescrow.store.agents.queries import agent_of
from agentescrow.store.runs.eligibility import ClaimEligibility
from agentescrow.store.schema import AnyRow
from agentescrow.wire.eligibility import Eligibility, EligibleAgent, EligibleRun
from agentescrow.wire.runs import ClaimAnswer, ClaimingAgent, Run, RunAnswer, RunPage

_run: Final = serializer(Run, "due_at")
_claiming_agent: Final = serializer(ClaimingAgent, "status")
_eligible_agent: Final = serializer(EligibleAgent, "id", "status")
_eligible_run: Final = serializer(EligibleRun, "id")
_eligibility: Final = serializer(Eligibility, *Eligibility.model_fields)

serialize_page: Final = serializer(RunPage, "runs", "pagination")
serialize_answer: Final = serializer(RunAnswer, "run", "message", success=True)
serialize_claim: Final = serializer(ClaimAnswer, "run", "agent", "message", success=True)


def serialize_run(row: AnyRow) -> Json:
    """Write a row of `runs`."""
    return _run(row, due_at(row) or None)


def serialize_claiming_agent(row: AnyRow, now: int) -> Json:
    """Write a row of `agents` for the answer to a claim.

    Args:
        row: Row of `agents`.
        now: Unix second of the indexed block.
    """
    return _claiming_agent(row, status_of(agent_of(row), now))


def serialize_eligibility(found: ClaimEligibility, run_id: int, agent_id: int) -> Json:
    """Write whether an agent may claim a run, which both have to be known."""
    assert found.agent is not None
    against = reasons(found.bits)
    return _eligibility(
        not against,
        [reason.sentence for reason in against],
        [reason.code for reason in against],
        _eligible_agent(found.agent, agent_id, status_of(found.agent, found.block.time)),
        _eligible_run(found.run, run_id),
    )
