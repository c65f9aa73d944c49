"""Build Ape commands: network, account, deployment, and errors on one line."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from ape import accounts, networks
from ape.cli import ConnectedProviderCommand
from ape.exceptions import ApeException
from ape.logging import LogLevel, logger
from click.core import ParameterSource
from web3 import Web3

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.events import Event
from agentescrow.chain.fees import wei_of
from agentescrow.chain.reverts import translate
from agentescrow.chain.transactions import Mined
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import InvalidInput, NodeUnreachable
from deployment.ape_wallet import ADDRESS, impersonated, wallet_of
from deployment.display import as_json
from deployment.known import usual

_TEST_ACCOUNT = "TEST::"
_UNSET = re.compile(r"\$\{(\w+)\}")  # Ape leaves unset variables in place
_NO_ACCOUNT = "no account: name one with --account (`ape accounts list` shows yours)"


def _wei(_context: click.Context, _option: click.Parameter, value: str | None) -> int | None:
    try:
        return None if value is None else wei_of(value, "--max-fee-gwei")
    except InvalidInput as error:
        raise click.BadParameter(str(error)) from None


max_fee_option = click.option(
    "--max-fee-gwei",
    "max_fee",
    envvar="MAX_FEE_GWEI",
    callback=_wei,
    help="Highest fee per gas in gwei; 5 on Base if omitted [MAX_FEE_GWEI].",
)


class VerbCommand(ConnectedProviderCommand):  # type: ignore[misc] # Ape is not typed for us
    """An Ape command with `--network` whose failures are one line and exit code 1."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - as click has it
    ) -> click.Context:
        """Parse the command line.

        Raises:
            click.ClickException: It is invalid; one line instead of click's three.
        """
        try:
            context: click.Context = super().make_context(info_name, args, parent, **extra)
            return context
        except click.UsageError as error:
            raise click.ClickException(" ".join(error.format_message().split())) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as click has it
        """Run the command.

        Raises:
            click.ClickException: It failed; the message is for people.
        """
        logger.set_level(LogLevel.ERROR)
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            raise click.ClickException(_one_line(error)) from error


class Session:
    """One invocation of a command.

    Args:
        contracts: Contracts on the chain of `--network`.
        wallet: Wallet of `--account`; None for commands that only read.
        json_wanted: Print JSON instead of text.
    """

    def __init__(self, contracts: Contracts, wallet: Wallet | None, json_wanted: bool) -> None:
        self.contracts = contracts
        self.json_wanted = json_wanted
        self._wallet = wallet

    @property
    def wallet(self) -> Wallet:
        """Wallet of `--account`.

        Raises:
            click.ClickException: No account was named.
        """
        if self._wallet is None:
            raise click.ClickException(_NO_ACCOUNT)
        return self._wallet

    @property
    def has_wallet(self) -> bool:
        """Whether an account was named."""
        return self._wallet is not None

    def done(self, mined: Mined[Event], sentence: str) -> None:
        """Print the outcome of a transaction.

        Args:
            mined: Transaction and its event.
            sentence: The outcome as text.
        """
        if self.json_wanted:
            event = {"event": type(mined.event).__name__, **asdict(mined.event)}
            click.echo(as_json({**event, "transaction": mined.transaction}))
        else:
            click.echo(f"{sentence} [{mined.transaction}, {mined.gas_used:,} gas]")


def verb(*, signs: bool = True) -> Callable[[Callable[..., None]], click.Command]:
    """Make a command of a function whose first parameter is the `Session`.

    Args:
        signs: Whether the command may need an account.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        def run(
            deployment: Path | None,
            json_wanted: bool,
            account: str | None = None,
            yes: bool = False,
            max_fee: int | None = None,
            **arguments: object,
        ) -> None:
            contracts = _contracts(deployment)
            wallet = wallet_named(contracts.w3, account, yes, max_fee) if account else None
            if wallet is None:
                _refuse_what_signs(click.get_current_context())
            function(Session(contracts, wallet, json_wanted), **arguments)

        functools.update_wrapper(run, function)
        del run.__wrapped__  # type: ignore[attr-defined] # Ape would look at its signature
        for option in reversed(_options(signs)):
            run = option(run)
        return click.command(cls=VerbCommand)(run)

    return decorate


def _refuse_what_signs(context: click.Context) -> None:
    """Refuse options that only matter to an account; a setting of the environment may stand."""
    names = {each.name: each.opts[0] for each in context.command.params}
    for name in ("yes", "max_fee"):
        if context.get_parameter_source(name) == ParameterSource.COMMANDLINE:
            raise click.ClickException(f"{names[name]} changes nothing without --account")


def _options(signs: bool) -> list[Callable[..., Any]]:
    shared = [
        click.option(
            "--deployment",
            type=click.Path(path_type=Path),
            help="Record of the deployment; that of the --network if omitted.",
        ),
        click.option("--json", "json_wanted", is_flag=True, help="Print JSON."),
    ]
    if not signs:
        return shared
    return [
        click.option(
            "--account",
            help="Account: an alias of Ape, TEST::0 to TEST::9 on a local chain, "
            "or any address if the node impersonates.",
        ),
        click.option("--yes", is_flag=True, help="Sign without a prompt."),
        max_fee_option,
        *shared,
    ]


def _contracts(record: Path | None) -> Contracts:
    w3 = networks.provider.web3
    contracts = Contracts(w3, load(record) if record else usual(w3, networks.provider.network))
    contracts.require_present()
    return contracts


def wallet_named(w3: Web3, name: str, sign_unasked: bool, max_fee: int | None = None) -> Wallet:
    """Find the account that `--account` names.

    Args:
        w3: Ape's connection.
        name: Alias, TEST::n or address.
        sign_unasked: Let a key file sign without a prompt.
        max_fee: Highest fee per gas in wei; the chain's default if None.

    Raises:
        click.UsageError: There is no such account.
    """
    if name.upper().startswith(_TEST_ACCOUNT):
        return wallet_of(w3, _test_account(name), max_fee)
    if name in accounts.aliases:
        account = accounts.load(name)
    elif not ADDRESS.fullmatch(name):
        raise click.ClickException(f"there is no account {name!r}: `ape accounts list` shows yours")
    elif name in accounts:
        account = accounts[name]
    else:
        return impersonated(w3, name, max_fee)
    if sign_unasked and hasattr(account, "set_autosign"):
        account.set_autosign(True)
    return wallet_of(w3, account, max_fee)


def _test_account(name: str) -> Any:  # noqa: ANN401 - Ape's type is not exported
    number = name[len(_TEST_ACCOUNT) :]
    if not number.isdecimal() or int(number) >= len(accounts.test_accounts):
        raise click.ClickException(f"there is no account {name!r}: use TEST::0 to TEST::9")
    return accounts.test_accounts[int(number)]


def _one_line(error: Exception) -> str:
    translated = translate(error)
    if translated is not None:
        return str(translated)
    text = " ".join(str(error).split())
    unset = _UNSET.search(text)
    if unset:
        return f"{unset[1]} is not set: set it to the RPC endpoint of a node"
    if isinstance(error, ApeException):
        return text
    if isinstance(error, ConnectionError | TimeoutError):
        return str(NodeUnreachable("the node does not answer: check the network and its address"))
    raise error
