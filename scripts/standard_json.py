"""Write compiler input for verification on block explorers."""

from __future__ import annotations

from pathlib import Path

import click
from ape import project

from deployment import standard_json
from deployment.errors import DeploymentError
from deployment.plan import ORDER


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(ORDER))
@click.option("--out", default=standard_json.FOLDER, type=click.Path(path_type=Path))
def cli(names: tuple[str, ...], out: Path):
    """Write the standard JSON of NAMES, or of all contracts, proven to produce our bytecode."""
    project.load_contracts()  # compiles changed sources first
    for name in names or ORDER:
        try:
            click.echo(f"{standard_json.write(name, out)}: produces the bytecode of the build")
        except DeploymentError as error:
            raise click.ClickException(str(error)) from None
