"""Carry out an owner's decision: send its calls, or write them to a Safe batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.transactions import transact
from agentescrow.chain.verification import code_at
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.domain.contracts import RUN_ESCROW, STAKE_REGISTRY
from agentescrow.errors import NodeRefused
from deployment import safe_batch
from deployment.command import Session
from deployment.display import as_json, show_table, usdc
from deployment.markets import markets_of
from deployment.owner_calls import OwnerCall

safe_option = click.option(
    "--safe",
    type=click.Path(path_type=Path),
    help="Send nothing: write a batch file for the Safe's Transaction Builder.",
)


def carry_out(session: Session, calls: Sequence[OwnerCall], safe: Path | None) -> None:
    """Show the state, send the calls or write them to a file, and show the state again.

    Every call is simulated first: if one would be refused, nothing is sent or written.

    Args:
        session: Invocation of the command.
        calls: Calls, at least one.
        safe: Path of the batch file; None to send.

    Raises:
        click.ClickException: The calls have no common sender, or the file exists.
        ContractReverted: A contract refuses.
    """
    sender = _sender(session, calls, safe)
    _require_free(safe)
    for call in calls:
        call.contract.dry_run(sender, call.function, *call.arguments)
    before = _print_state(session, "Before")
    if safe is not None:
        _write(session, calls, safe, sender)
        described = [call.describe() for call in calls]
        _print_json(session, {"before": before, "calls": described, "file": str(safe)})
        return
    sent = [_send(session, call) for call in calls]
    after = _print_state(session, "After")
    _print_json(session, {"before": before, "calls": sent, "after": after})


def show(session: Session) -> None:
    """Print the state that owners control."""
    _print_json(session, {"now": _print_state(session, "Now")})


def state_of(contracts: Contracts) -> dict[str, Any]:
    """Read the state that owners control; amounts in base units."""
    runs = contracts.runs
    own: dict[str, dict[str, Any]] = {
        RUN_ESCROW.name: {
            "paused": runs.paused(),
            "treasury": runs.treasury(),
            "accruedFees": runs.accrued_fees(),
        },
        STAKE_REGISTRY.name: {"markets": _markets(contracts)},
    }
    state: dict[str, Any] = {}
    for vault in sorted(contracts.vaults(), key=lambda vault: vault.kind):
        state[vault.kind] = vault.address
        state[f"{vault.kind}.owner"] = vault.owner()
        state[f"{vault.kind}.pendingOwner"] = _or_none(vault.pending_owner())
        state |= {f"{vault.kind}.{name}": value for name, value in own[vault.kind].items()}
    return state


def _markets(contracts: Contracts) -> dict[str, str] | None:
    try:
        return markets_of(contracts)
    except NodeRefused:  # it does not search so many blocks
        return None


def _sender(session: Session, calls: Sequence[OwnerCall], safe: Path | None) -> str:
    """Find the account that must send all calls."""
    wanted = {call.sender for call in calls} - {None}
    if len(wanted) > 1:
        raise click.ClickException(
            f"the contracts have two owners, {' and '.join(sorted(map(str, wanted)))}: "
            "name one contract with --of"
        )
    if safe is None:
        return session.wallet.address
    if session.has_wallet:
        raise click.ClickException("--account changes nothing with --safe: leave one of them out")
    sender = next(iter(wanted), None) or session.contracts.runs.owner()
    if not code_at(session.contracts.w3, sender):
        raise click.ClickException(
            f"{sender} must send this, and has no code, so it is not a Safe: send with --account"
        )
    return str(sender)


def _send(session: Session, call: OwnerCall) -> dict[str, Any]:
    data = call.contract.calldata(call.function, *call.arguments)
    receipt = transact(
        session.contracts.w3,
        session.wallet,
        call.contract.address,
        data,
        own=call.contract.own,
        gas_max=call.contract.gas_max,
    )
    hash_, gas = receipt["transactionHash"].to_0x_hex(), receipt["gasUsed"]
    if not session.json_wanted:
        click.echo(f"{call.describe()} [{hash_}, {gas:,} gas]")
    return {"call": call.describe(), "transaction": hash_}


def _require_free(path: Path | None) -> None:
    if path is None:
        return
    if path.exists():
        raise click.ClickException(f"{path} exists already: name another file")
    if not path.parent.is_dir():
        raise click.ClickException(f"{path} cannot be written: there is no folder {path.parent}")


def _write(session: Session, calls: Sequence[OwnerCall], path: Path, sender: str) -> None:
    content = safe_batch.batch(
        calls,
        chain_id=session.contracts.deployment.chain_id,
        safe=sender,
        created_at=time.time_ns() // 1_000_000,
        name=f"agentescrow: {calls[0].function}",
    )
    try:
        safe_batch.write(path, content)
    except OSError as error:  # it may exist by now
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
    if not session.json_wanted:
        lines = [f"  {call.describe()}" for call in calls]
        click.echo("\n".join([f"Nothing was sent. {path} contains:", *lines]))
        click.echo("Load it in the Safe's Transaction Builder, compare it, and sign there.")


def _print_state(session: Session, title: str) -> dict[str, Any]:
    """Read the state, and print it for people at once."""
    state = state_of(session.contracts)
    if not session.json_wanted:
        show_table(title, _rows(state))
    return state


def _print_json(session: Session, answer: Mapping[str, Any]) -> None:
    if session.json_wanted:
        click.echo(as_json(answer))


def _rows(state: Mapping[str, Any]) -> dict[str, str]:
    formats: dict[str, Callable[[Any], str]] = {
        "RunEscrow.paused": lambda paused: (
            "yes: no new runs, funding and claims" if paused else "no"
        ),
        "RunEscrow.accruedFees": usdc,
        "StakeRegistry.markets": _markets_text,
    }
    return {name: formats.get(name, _text)(value) for name, value in state.items()}


def _markets_text(markets: Mapping[str, str] | None) -> str:
    if markets is None:
        return "unknown: the node does not search so many blocks; ask for one: markets show 0x…"
    return "; ".join(f"{market} ({state})" for market, state in markets.items())


def _text(value: Any) -> str:  # noqa: ANN401 - any fact
    return "" if value is None else str(value)


def _or_none(address: str) -> str | None:
    return None if address == ZERO_ADDRESS else address
