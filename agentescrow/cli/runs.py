"""The verbs of runs, for posters and agents; each is one call of the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from agentescrow import AgentClient, parse_usdc
from agentescrow.cli.client_commands import AGENT, ANYBODY, POSTER, READ
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MAX_REVISIONS_DEFAULT, REVIEW_DAYS_DEFAULT
from agentescrow.errors import InvalidInput
from agentescrow.wire.runs import REASON_DEFAULT, ClaimAnswer, Run, RunPage, RunWithEvents
from agentescrow.wire.shape import Shape

RunId = Annotated[int, typer.Argument(help="Number of the run.")]
AgentId = Annotated[int | None, typer.Option(help="Number of the agent [AGENT_ID].")]

_THEN: Final = '(ISO 8601, or "+3d" from now)'


def list_runs(
    client: AgentClient,
    page: Annotated[int, typer.Option(help="Number of the page.")] = 1,
    limit: Annotated[int, typer.Option(help="Runs a page, at most 100.")] = 20,
    state: Annotated[str | None, typer.Option(help="OPEN and so on, or OPEN,CLAIMED.")] = None,
    min_reward: Annotated[str | None, typer.Option(help="In USDC.")] = None,
    poster: Annotated[str | None, typer.Option(help="Address of the poster.")] = None,
    agent_id: Annotated[int | None, typer.Option(help="Agent that claimed.")] = None,
    wallet: Annotated[
        str | None, typer.Option(help="Posted by this account, paid to it, or of its agents.")
    ] = None,
    created_after: Annotated[str | None, typer.Option(help=f"Created {_THEN} or later.")] = None,
    created_before: Annotated[str | None, typer.Option(help="Created before.")] = None,
    deadline_after: Annotated[
        str | None, typer.Option(help=f"With a deadline {_THEN} or later.")
    ] = None,
    deadline_before: Annotated[str | None, typer.Option(help="With one before.")] = None,
    sort: Annotated[str | None, typer.Option(help="newest, oldest, reward or due.")] = None,
    cursor: Annotated[
        str | None, typer.Option(help="nextCursor of the page before, in place of a page.")
    ] = None,
) -> RunPage:
    """List runs."""
    return client.runs.list(
        page=page,
        limit=limit,
        state=state,
        min_reward=min_reward,
        poster=poster,
        agent_id=agent_id,
        wallet=wallet,
        created_after=created_after,
        created_before=created_before,
        deadline_after=deadline_after,
        deadline_before=deadline_before,
        sort=sort,
        cursor=cursor,
    )


def show(client: AgentClient, run_id: RunId) -> RunWithEvents:
    """Show a run and its life."""
    return client.runs.get(run_id)


def post(
    client: AgentClient,
    reward: Annotated[str, typer.Option(help="In USDC; the fee comes on top.")],
    deadline: Annotated[str, typer.Option(help='ISO 8601, or "+3d": open until then.')],
    uri: Annotated[str, typer.Option(help="Of the description.")],
    review_days: Annotated[int, typer.Option(help="Days to judge.")] = REVIEW_DAYS_DEFAULT,
    max_revisions: Annotated[int, typer.Option(help="Revisions.")] = MAX_REVISIONS_DEFAULT,
    min_status: Annotated[str, typer.Option(help="PROVISIONAL or ESTABLISHED.")] = "PROVISIONAL",
    draft: Annotated[bool, typer.Option("--draft", help="Without its money yet.")] = False,
) -> Run:
    """Create a run and escrow its money."""
    if min_status not in AgentStatus.__members__:
        raise InvalidInput("min_status", min_status, "PROVISIONAL or ESTABLISHED")
    return client.runs.create(
        parse_usdc(reward),
        deadline,
        uri,
        review_days=review_days,
        max_revisions=max_revisions,
        min_status=AgentStatus[min_status],
        fund=not draft,
    )


def fund(client: AgentClient, run_id: RunId) -> Run:
    """Escrow the money of a DRAFT."""
    return client.runs.fund(run_id)


def claim(client: AgentClient, run_id: RunId, agent_id: AgentId = None) -> ClaimAnswer:
    """Claim a run for an agent."""
    return client.runs.claim(run_id, agent_id)


def start(client: AgentClient, run_id: RunId) -> Run:
    """Say that work began."""
    return client.runs.start(run_id)


def submit(
    client: AgentClient, run_id: RunId, uri: Annotated[str, typer.Argument(help="Of the work.")]
) -> Run:
    """Hand in the work."""
    return client.runs.submit_work(run_id, uri)


def abandon(client: AgentClient, run_id: RunId) -> Run:
    """Give a claimed run back within a day."""
    return client.runs.abandon(run_id)


def approve(client: AgentClient, run_id: RunId) -> Run:
    """Accept the work: the agent is paid."""
    return client.runs.approve(run_id)


def revise(
    client: AgentClient,
    run_id: RunId,
    feedback: Annotated[str, typer.Argument(help="What is to change.")],
) -> Run:
    """Ask for changes."""
    return client.runs.request_revision(run_id, feedback)


def reject(
    client: AgentClient,
    run_id: RunId,
    reason: Annotated[str, typer.Option(help="Why.")] = REASON_DEFAULT,
) -> Run:
    """Refuse the work."""
    return client.runs.reject(run_id, reason)


def finalize(client: AgentClient, run_id: RunId) -> Run:
    """Approve in the place of a silent poster."""
    return client.runs.finalize(run_id)


def slash(client: AgentClient, run_id: RunId) -> Run:
    """Slash an overdue agent."""
    return client.runs.slash(run_id)


def cancel(client: AgentClient, run_id: RunId) -> Run:
    """Call a run off."""
    return client.runs.cancel(run_id)


VERBS: Final[dict[str, dict[str, Callable[..., Shape]]]] = {
    READ: {"list": list_runs, "show": show},
    AGENT: {"claim": claim, "start": start, "submit": submit, "abandon": abandon},
    POSTER: {
        "post": post,
        "fund": fund,
        "approve": approve,
        "revise": revise,
        "reject": reject,
        "slash": slash,
        "cancel": cancel,
    },
    ANYBODY: {"finalize": finalize},
}
"""Commands by heading and name, in the order of `--help`."""
