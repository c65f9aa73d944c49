"""Deploy the contracts: `ape run deploy --network base:sepolia:node --account deployer`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from ape import networks, project
from web3 import Web3

from deployment import parameters, standard_json
from deployment.command import VerbCommand, max_fee_option, wallet_named
from deployment.deploy import abandon, deploy
from deployment.errors import DeploymentError
from deployment.parameters import Parameters
from deployment.plan import ORDER
from deployment.publication import publish
from deployment.record import UNFINISHED, Records, source
from localnet import identity, usdc
from localnet.errors import LocalnetError


def _beneficiary(_context: click.Context, _option: click.Parameter, value: str | None):
    try:
        return None if value is None else parameters.beneficiary(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(cls=VerbCommand)
@click.option("--account", help="Who deploys: an alias of Ape's, or TEST::0 on a local chain.")
@click.option("--owner", callback=_beneficiary, help="Owner of the contracts; or `deployer`.")
@click.option("--treasury", callback=_beneficiary, help="Who gets the fees; or `deployer`.")
@click.option("--yes", is_flag=True, help="Neither ask nor let the account ask.")
@max_fee_option
@click.option("--abandon", "giving_up", is_flag=True, help="Forget a half-finished deployment.")
@click.option("--verify", is_flag=True, help="Publish the sources through ape-etherscan.")
@click.option("--records", type=click.Path(path_type=Path), help="Another folder for the record.")
def cli(
    account: str | None,
    owner: str | None,
    treasury: str | None,
    yes: bool,
    max_fee: int | None,
    giving_up: bool,
    verify: bool,
    records: Path | None,
):
    """Deploy Forwarder, StakeRegistry and RunEscrow, or go on with a deployment that has begun."""
    network = networks.provider.network
    w3 = networks.provider.web3
    kept = Records(records, records / "unfinished" if records else UNFINISHED)
    try:
        chosen = parameters.for_ape(network.ecosystem.name, network.name)
        if giving_up:
            click.echo(abandon(chosen.network, kept))
            return
        if account is None:
            raise click.UsageError("who deploys? Name an account of Ape's with --account")
        project.load_contracts()  # compiles what has changed
        if chosen.kind == "local":
            _place(w3)
        record = deploy(
            w3,
            wallet_named(w3, account, yes, max_fee),
            chosen,
            kept,
            owner=owner,
            treasury=treasury,
            confirm=lambda: _agreed(chosen, yes),
            tell=click.echo,
        )
    except (DeploymentError, LocalnetError) as error:
        raise click.ClickException(str(error)) from None
    if verify:
        click.echo("\n".join(publish(record)))


def _place(w3: Web3) -> None:
    usdc.place(w3)
    identity.place(w3)


def _agreed(chosen: Parameters, yes: bool) -> bool:
    if not chosen.is_public:
        nobody_there = not sys.stdin.isatty()
        return yes or nobody_there or click.confirm("\nDeploy these?", default=True)
    if source().dirty:
        click.echo("\nSome of these sources are in no commit; the record will say so.")
    click.echo("\nProving that block explorers will be able to verify this build ...")
    for name in ORDER:
        click.echo(f"  {standard_json.write(name)}")
    return yes or click.confirm("\nDeploy these?")
