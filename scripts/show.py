"""Show a run, an agent, or the contracts."""

from __future__ import annotations

import click

from deployment import tables
from deployment.command import Session, verb
from deployment.display import as_json, show_table
from deployment.parameter_types import RUN_ID


@verb(signs=False)
@click.argument("what", type=click.Choice(["run", "agent"]), required=False)
@click.argument("number", type=RUN_ID, required=False)
def cli(session: Session, what: str | None, number: int | None) -> None:
    """Show `run NUMBER`, `agent NUMBER`, or without either the contracts."""
    if what is not None and number is None:
        raise click.ClickException(f"which {what}? Name its number: show {what} 1")
    if what == "run":
        facts = tables.run_facts(session.contracts, number)
        rows = tables.run_rows(facts)
    elif what == "agent":
        facts = tables.agent_facts(session.contracts, number)
        rows = tables.agent_rows(facts)
    else:
        facts = tables.system_facts(session.contracts)
        rows = tables.system_rows(facts)
    if session.json_wanted:
        click.echo(as_json(facts))
    else:
        show_table(f"{what.capitalize()} {number}" if what else "Contracts", rows)
