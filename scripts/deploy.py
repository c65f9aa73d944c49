"""Deploy the contracts: `ape run deploy --network base:sepolia:node --account deployer`."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from ape import networks, project
from click.core import ParameterSource
from web3 import Web3

from agentescrow.chain.deployments import load
from artifacts import SetupError
from deployment import parameters, standard_json
from deployment.adoption import adopt as adopted
from deployment.command import VerbCommand, max_fee_option, wallet_named
from deployment.deploy import abandon, deploy
from deployment.errors import DeploymentError
from deployment.inspection import inspect
from deployment.parameter_types import ADDRESS
from deployment.parameters import Parameters
from deployment.plan import ORDER
from deployment.publication import publish
from deployment.record import UNFINISHED, Records, source
from localnet import identity, usdc


def _beneficiary(_context: click.Context, _option: click.Parameter, value: str | None):
    try:
        return None if value is None else parameters.beneficiary(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(cls=VerbCommand)
@click.option("--account", help="Deploying account: an alias of Ape, or TEST::0 on a local chain.")
@click.option("--owner", callback=_beneficiary, help="Owner: an address or `deployer`.")
@click.option("--treasury", callback=_beneficiary, help="Receiver of fees, or `deployer`.")
@click.option("--yes", is_flag=True, help="Deploy and sign without a prompt.")
@max_fee_option
@click.option("--replace", is_flag=True, help="Send stuck transactions again, for a higher fee.")
@click.option("--abandon", "giving_up", is_flag=True, help="Forget an unfinished deployment.")
@click.option("--check", "checking", is_flag=True, help="Compare the record with the chain.")
@click.option("--adopt", type=ADDRESS, help="Restore the record of this RunEscrow.")
@click.option("--verify", is_flag=True, help="Publish the sources through ape-etherscan.")
@click.option("--records", type=click.Path(path_type=Path), help="Folder of the record.")
@click.pass_context
def cli(
    context: click.Context,
    account: str | None,
    owner: str | None,
    treasury: str | None,
    yes: bool,
    max_fee: int | None,
    replace: bool,
    giving_up: bool,
    checking: bool,
    adopt: str | None,
    verify: bool,
    records: Path | None,
):
    """Deploy Forwarder, StakeRegistry and RunEscrow, or resume an unfinished deployment."""
    _refuse_what_changes_nothing(context)
    network = networks.provider.network
    w3 = networks.provider.web3
    kept = Records(records, records / "unfinished" if records else UNFINISHED)
    try:
        chosen = parameters.for_ape(network.ecosystem.name, network.name)
        if giving_up:
            click.echo(abandon(chosen.network, kept))
            return
        if checking:
            _check(w3, chosen, kept)
            return
        project.load_contracts()  # compiles changed sources
        if adopt is not None:
            adopted(w3, chosen, kept, adopt)
            click.echo(f"{chosen.network}: written to {kept.path(chosen.network)}")
            return
        if account is None:
            raise click.ClickException("no account: name one with --account")
        if chosen.kind == "local":
            _place(w3)
        record = deploy(
            w3,
            wallet_named(w3, account, yes, max_fee),
            chosen,
            kept,
            owner=owner,
            treasury=treasury,
            replace=replace,
            confirm=lambda: _agreed(chosen, yes),
            tell=click.echo,
        )
    except (DeploymentError, SetupError) as error:
        raise click.ClickException(str(error)) from None
    if verify:
        click.echo("\n".join(publish(record)))


def _refuse_what_changes_nothing(context: click.Context) -> None:
    """Refuse options that have no effect with one that deploys nothing."""
    options = {each.name: each.opts[0] for each in context.command.params}
    given = {
        name
        for name in options
        if name and context.get_parameter_source(name) == ParameterSource.COMMANDLINE
    }
    for mode in ("giving_up", "checking", "adopt"):
        idle = sorted(options[name] for name in given - {mode, "records", "network"})
        if mode in given and idle:
            raise click.ClickException(
                f"leave out {' and '.join(idle)}: with {options[mode]} that would change nothing"
            )


def _check(w3: Web3, chosen: Parameters, kept: Records) -> None:
    path = kept.path(chosen.network)
    if not path.exists():
        raise click.ClickException(f"there is no record {path}: --adopt makes one")
    fields = inspect(w3, load(path))
    for field in fields:
        click.echo(field.describe())
    wrong = sum(field.differs for field in fields)
    if wrong:
        raise click.ClickException(f"{wrong} of {len(fields)} differ from {path}")


def _place(w3: Web3) -> None:
    usdc.place(w3)
    identity.place(w3)


def _agreed(chosen: Parameters, yes: bool) -> bool:
    if not chosen.is_public:
        unattended = not sys.stdin.isatty()
        return yes or unattended or click.confirm("\nDeploy these?", default=True)
    if source().dirty:
        click.echo("\nSome of these sources are not committed; the record will say so.")
    click.echo("\nProving that block explorers will be able to verify this build ...")
    for name in ORDER:
        click.echo(f"  {standard_json.write(name)}")
    return yes or click.confirm("\nDeploy these?")
