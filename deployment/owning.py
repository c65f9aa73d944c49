"""Carrying out what an owner decides: state before, calls or a Safe's file, state after."""

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
from agentescrow.errors import NodeRefused
from deployment import safe_batch
from deployment.command import Session
from deployment.display import as_json, show_table, usdc
from deployment.markets import markets_of
from deployment.owner_calls import OwnerCall

safe_option = click.option(
    "--safe",
    type=click.Path(path_type=Path),
    help="Send nothing: write a file for the Transaction Builder of the Safe that has to do it.",
)
"""For commands that a Safe may have to carry out."""


def carry_out(session: Session, calls: Sequence[OwnerCall], safe: Path | None) -> None:
    """Show the state, make the calls or write them down, and show the state again.

    Every call is simulated first, so that nothing is sent, or written, where one is refused.

    Args:
        session: The run of the command.
        calls: What is to be done; not empty.
        safe: Where the batch goes; None to send.

    Raises:
        click.ClickException: Nobody can do it so, or the file is there already.
        ContractReverted: A contract refuses.
    """
    sender = _sender(session, calls, safe)
    _require_free(safe)
    for call in calls:
        call.contract.dry_run(sender, call.function, *call.arguments)
    before = _shown(session, "Before")
    if safe is not None:
        _write(session, calls, safe, sender)
        words = [call.words() for call in calls]
        _answer(session, {"before": before, "calls": words, "file": str(safe)})
        return
    sent = [_send(session, call) for call in calls]
    after = _shown(session, "After")
    _answer(session, {"before": before, "calls": sent, "after": after})


def show(session: Session) -> None:
    """Show what owners decide about."""
    _answer(session, {"now": _shown(session, "Now")})


def facts(contracts: Contracts) -> dict[str, Any]:
    """What owners decide about; amounts in base units."""
    escrow, registry = contracts.runs, contracts.registry
    return {
        "RunEscrow": escrow.address,
        "RunEscrow.owner": escrow.owner(),
        "RunEscrow.pendingOwner": _or_none(escrow.pending_owner()),
        "RunEscrow.paused": escrow.paused(),
        "RunEscrow.treasury": escrow.treasury(),
        "RunEscrow.accruedFees": escrow.accrued_fees(),
        "StakeRegistry": registry.address,
        "StakeRegistry.owner": registry.owner(),
        "StakeRegistry.pendingOwner": _or_none(registry.pending_owner()),
        "StakeRegistry.markets": _markets(contracts),
    }


def _markets(contracts: Contracts) -> dict[str, str] | None:
    try:
        return markets_of(contracts)
    except NodeRefused:  # it does not look through so many blocks
        return None


def _sender(session: Session, calls: Sequence[OwnerCall], safe: Path | None) -> str:
    """Who has to make all of the calls."""
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
            f"{sender} would have to do this, and has no code: it is no Safe; send with --account"
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
        click.echo(f"{call.words()} [{hash_}, {gas:,} gas]")
    return {"call": call.words(), "transaction": hash_}


def _require_free(path: Path | None) -> None:
    if path is None:
        return
    if path.exists():
        raise click.ClickException(f"{path} is there already: name another file")
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
    except OSError as error:  # it is there by now, for one
        raise click.ClickException(f"{path} cannot be written: {error.strerror}") from None
    if not session.json_wanted:
        lines = [f"  {call.words()}" for call in calls]
        click.echo("\n".join([f"Nothing is sent. {path} has:", *lines]))
        click.echo("Load it in the Transaction Builder of the Safe, compare it, and sign there.")


def _shown(session: Session, title: str) -> dict[str, Any]:
    """The state, shown to people at once: what is decided by it comes after it."""
    state = facts(session.contracts)
    if not session.json_wanted:
        show_table(title, _rows(state))
    return state


def _answer(session: Session, answer: Mapping[str, Any]) -> None:
    if session.json_wanted:
        click.echo(as_json(answer))


def _rows(state: Mapping[str, Any]) -> dict[str, str]:
    worded: dict[str, Callable[[Any], str]] = {
        "RunEscrow.paused": lambda paused: (
            "yes: no new runs, funding and claims" if paused else "no"
        ),
        "RunEscrow.accruedFees": usdc,
        "StakeRegistry.markets": _markets_in_words,
    }
    return {name: worded.get(name, _text)(value) for name, value in state.items()}


def _markets_in_words(markets: Mapping[str, str] | None) -> str:
    if markets is None:
        return "the node does not look through so many blocks; ask about one: markets show 0x…"
    return "; ".join(f"{market} ({state})" for market, state in markets.items())


def _text(value: Any) -> str:  # noqa: ANN401 - any fact
    return "" if value is None else str(value)


def _or_none(address: str) -> str | None:
    return None if address == ZERO_ADDRESS else address
