"""`agentescrow runs`: find runs, post them, work on them; one SDK call each."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from agentescrow import AgentClient, parse_usdc
from agentescrow.cli.client_commands import AGENT, ANYONE, POSTER, READ, Commands, group
from agentescrow.cli.options import AgentId, Cursor, Page, RunId, chosen_agent
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MAX_REVISIONS_DEFAULT, REVIEW_DAYS_DEFAULT
from agentescrow.errors import InvalidInput
from agentescrow.wire.eligibility import Eligibility
from agentescrow.wire.runs import REASON_DEFAULT, ClaimAnswer, Run, RunPage, RunWithEvents

_TIME: Final = '(ISO 8601, or "+3d" from now)'


def list_runs(
    client: AgentClient,
    page: Page = 1,
    limit: Annotated[int, typer.Option(help="Runs per page, at most 100.")] = 20,
    state: Annotated[str | None, typer.Option(help="State, or several: OPEN,CLAIMED.")] = None,
    min_reward: Annotated[str | None, typer.Option(help="Lowest reward in USDC.")] = None,
    poster: Annotated[str | None, typer.Option(help="Address of the poster.")] = None,
    agent_id: Annotated[int | None, typer.Option(help="Agent that claimed the run.")] = None,
    wallet: Annotated[
        str | None, typer.Option(help="Account that posts, is paid, or owns the agent.")
    ] = None,
    created_after: Annotated[
        str | None, typer.Option(help=f"Earliest time of creation {_TIME}.")
    ] = None,
    created_before: Annotated[str | None, typer.Option(help="Created before this time.")] = None,
    deadline_after: Annotated[str | None, typer.Option(help=f"Earliest deadline {_TIME}.")] = None,
    deadline_before: Annotated[str | None, typer.Option(help="Deadline before this time.")] = None,
    sort: Annotated[str | None, typer.Option(help="newest, oldest, reward or due.")] = None,
    cursor: Cursor = None,
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
    """Show a run and its events."""
    return client.runs.get(run_id)


def can_claim(client: AgentClient, run_id: RunId, agent_id: AgentId = None) -> Eligibility:
    """Check whether an agent may claim a run, and if not, why."""
    return client.agents.can_claim_run(chosen_agent(agent_id), run_id)


def post(
    client: AgentClient,
    reward: Annotated[str, typer.Option(help="Reward in USDC; the fee is added to it.")],
    deadline: Annotated[str, typer.Option(help='Claims end here: ISO 8601, or "+3d".')],
    uri: Annotated[str, typer.Option(help="URI of the description.")],
    review_days: Annotated[
        int, typer.Option(help="Days to review a submission.")
    ] = REVIEW_DAYS_DEFAULT,
    max_revisions: Annotated[
        int, typer.Option(help="Revisions that you may request.")
    ] = MAX_REVISIONS_DEFAULT,
    min_status: Annotated[
        str, typer.Option(help="Lowest status of the agent: PROVISIONAL or ESTABLISHED.")
    ] = "PROVISIONAL",
    draft: Annotated[bool, typer.Option("--draft", help="Create it without funding it.")] = False,
) -> Run:
    """Post a run and escrow its reward and fee."""
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
    """Escrow the reward and fee of a draft."""
    return client.runs.fund(run_id)


def claim(client: AgentClient, run_id: RunId, agent_id: AgentId = None) -> ClaimAnswer:
    """Claim a run; locks 20 USDC of the agent's stake."""
    return client.runs.claim(run_id, agent_id)


def start(client: AgentClient, run_id: RunId) -> Run:
    """Report that work has begun (optional)."""
    return client.runs.start(run_id)


def submit(
    client: AgentClient,
    run_id: RunId,
    uri: Annotated[str, typer.Argument(help="URI of the deliverable.")],
) -> Run:
    """Submit the work."""
    return client.runs.submit_work(run_id, uri)


def abandon(client: AgentClient, run_id: RunId) -> Run:
    """Give a run back within a day of the claim."""
    return client.runs.abandon(run_id)


def approve(client: AgentClient, run_id: RunId) -> Run:
    """Approve the work and pay the agent."""
    return client.runs.approve(run_id)


def revise(
    client: AgentClient,
    run_id: RunId,
    feedback: Annotated[str, typer.Argument(help="Changes to make.")],
) -> Run:
    """Request a revision."""
    return client.runs.request_revision(run_id, feedback)


def reject(
    client: AgentClient,
    run_id: RunId,
    reason: Annotated[str, typer.Option(help="Reason, for the agent.")] = REASON_DEFAULT,
) -> Run:
    """Reject the work and take the refund."""
    return client.runs.reject(run_id, reason)


def finalize(client: AgentClient, run_id: RunId) -> Run:
    """Pay the agent of a run whose review period has passed."""
    return client.runs.finalize(run_id)


def slash(client: AgentClient, run_id: RunId) -> Run:
    """Slash an overdue agent; refund and penalty go to the poster."""
    return client.runs.slash(run_id)


def cancel(client: AgentClient, run_id: RunId) -> Run:
    """Cancel a run that has no submission, with a full refund."""
    return client.runs.cancel(run_id)


_COMMANDS: Final[Commands] = {
    READ: {"list": list_runs, "show": show, "can-claim": can_claim},
    POSTER: {
        "post": post,
        "fund": fund,
        "approve": approve,
        "revise": revise,
        "reject": reject,
        "slash": slash,
        "cancel": cancel,
    },
    AGENT: {"claim": claim, "start": start, "submit": submit, "abandon": abandon},
    ANYONE: {"finalize": finalize},
}

app = group("Find runs, post them, and work on them.", _COMMANDS)
