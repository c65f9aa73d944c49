"""Print shapes: JSON as the API sends it, or tables and lines for people."""

from __future__ import annotations

from typing import Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from agentescrow.domain.money import format_usdc
from agentescrow.domain.times import format_time
from agentescrow.wire.agents import Agent, AgentPage
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.runs import Run, RunPage
from agentescrow.wire.shape import Shape

_DESCRIPTION_MAX = 120
_AMOUNTS = (
    "reward",
    "fee",
    "stake",
    "staked_amount",
    "available_stake",
    "locked_stake",
    "min_stake",
    "escrowed",
    "staked",
    "volume",
    "total_volume",
    "fees_earned",
    "cap",
    "locked",
    "run_escrow",
    "stake_registry",
)
_TIMES = (
    "deadline",
    "claimed_at",
    "submitted_at",
    "created_at",
    "due_at",
    "time",
    "staked_at",
    "indexed_at",
    "accepted_at",
)


def show(answer: Shape, *, as_json: bool) -> None:
    """Print an answer of the SDK, as one line of JSON if asked to."""
    if as_json:
        typer.echo(answer.model_dump_json())
    elif isinstance(answer, RunPage):
        _table(
            ("run", "state", "reward", "deadline", "agent", "description"),
            [_run_row(run) for run in answer.runs],
            answer.pagination,
        )
    elif isinstance(answer, AgentPage):
        _table(
            ("agent", "status", "staked", "available", "strikes", "owner"),
            [_agent_row(agent) for agent in answer.agents],
            answer.pagination,
        )
    else:
        _fields(answer)


def show_line(answer: Shape, *, as_json: bool) -> None:
    """Print one item of a stream on one line."""
    typer.echo(answer.model_dump_json() if as_json else _line(answer))


def _run_row(run: Run) -> tuple[str, ...]:
    reward, until = format_usdc(run.reward), format_time(run.deadline)
    agent = "-" if run.claimed_by is None else str(run.claimed_by)
    described = run.ipfs_hash
    if len(described) > _DESCRIPTION_MAX:  # long enough to push the others off the screen
        described = described[: _DESCRIPTION_MAX - 1] + "…"
    return (str(run.bounty_id), run.state.name, reward, until, agent, described)


def _agent_row(agent: Agent) -> tuple[str, ...]:
    money = (format_usdc(agent.staked_amount), format_usdc(agent.available_stake))
    return (str(agent.id), agent.status.name, *money, str(agent.strikes), agent.owner_address)


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]], pagination: Pagination) -> None:
    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(_printable, row))
    console = Console(markup=False, highlight=False)
    console.print(table)
    console.print(
        f"page {pagination.page} of {pagination.total_pages}, {pagination.total} in total"
    )


def _fields(answer: Shape, indent: str = "") -> None:
    for name in type(answer).model_fields:
        value = getattr(answer, name)
        if value is None:
            continue
        if isinstance(value, Shape):
            typer.echo(f"{indent}{name}:")
            _fields(value, f"{indent}  ")
        elif isinstance(value, list) and value and isinstance(value[0], Shape):
            typer.echo(f"{indent}{name}:")
            for each in value:
                typer.echo(f"{indent}  {_line(each)}")
        elif isinstance(value, dict):
            typer.echo(f"{indent}{name}:")
            for key, each in value.items():
                typer.echo(f"{indent}  {_printable(key)}: {_text(key, each)}")
        else:
            typer.echo(f"{indent}{name}: {_text(name, value)}")


def _line(shape: Shape) -> str:
    named = ((name, getattr(shape, name)) for name in type(shape).model_fields)
    plain = (
        _text(name, value)
        for name, value in named
        if not isinstance(value, dict) and value is not None
    )
    return " ".join(plain)


def _text(name: str, value: Any) -> str:  # noqa: ANN401 - any value of a shape
    if name in _AMOUNTS and isinstance(value, int):
        return f"{format_usdc(value)} USDC"
    if name in _TIMES and isinstance(value, int):
        return format_time(value)
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "-"
    return _printable(str(getattr(value, "name", value)))


def _printable(text: str) -> str:
    """Replace control characters, which could move the cursor or change colours."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
