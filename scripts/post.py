"""Post a run."""

from __future__ import annotations

import click

from agentescrow.domain.constants import MAX_REVISIONS_DEFAULT, REVIEW_DAYS_DEFAULT
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.domain.times import parse_time
from deployment.command import PERMIT_SECONDS, Session, permit_option, verb
from deployment.display import moment, usdc
from deployment.parameter_types import COUNT, MIN_STATUS, TEXT, USDC


@verb()
@click.option("--reward", type=USDC, required=True, help="What the agent gets, in USDC.")
@click.option("--deadline", required=True, help='ISO 8601 with its zone, or "+3d".')
@click.option("--uri", type=TEXT, required=True, help="Where the description is: ipfs://…")
@click.option("--review-days", type=COUNT, default=REVIEW_DAYS_DEFAULT, show_default=True)
@click.option("--max-revisions", type=COUNT, default=MAX_REVISIONS_DEFAULT, show_default=True)
@click.option("--min-status", type=MIN_STATUS, default="PROVISIONAL", show_default=True)
@click.option("--draft", is_flag=True, help="Do not fund it yet.")
@permit_option
def cli(
    session: Session,
    reward: int,
    deadline: str,
    uri: str,
    review_days: int,
    max_revisions: int,
    min_status: int,
    draft: bool,
    permit: bool,
) -> None:
    """Post a run: escrow its reward and a fee of 5 % until the work is judged."""
    now = session.now()
    terms = RunTerms(reward, parse_time(deadline, now), review_days, max_revisions, min_status)
    escrow, wallet = session.contracts.runs, session.wallet
    if draft:
        done = escrow.create_run(wallet, terms, uri)
    else:
        until = now + PERMIT_SECONDS if permit else None
        done = escrow.post_run(wallet, terms, uri, permit_until=until)
    escrowed = "nothing is escrowed yet" if draft else f"{usdc(terms.cost)} are escrowed"
    ends = moment(terms.deadline)
    session.done(done, f"Run {done.event.run_id} is posted until {ends}; {escrowed}.")
