"""Show the contracts and their books."""

from __future__ import annotations

import click

from deployment import tables
from deployment.command import Session, verb
from deployment.display import as_json, show_table


@verb(signs=False)
def cli(session: Session) -> None:
    """Show the contracts, and what each holds and owes."""
    facts = tables.system_facts(session.contracts)
    if session.json_wanted:
        click.echo(as_json(facts))
    else:
        show_table("Contracts", tables.system_rows(facts))
