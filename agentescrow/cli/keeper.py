"""`agentescrow keeper`: make the calls that are open to anyone: finalize, cancel expired runs.

Each call costs gas, and strangers can post tiny runs that fall due. So the keeper handles the
caller's own runs, others only with `--all`, and limits calls and ETH per round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from agentescrow import AgentClient
from agentescrow.chain.fees import BUDGET, wei_in
from agentescrow.cli.error_output import print_error
from agentescrow.cli.shutdown import stop_event
from agentescrow.domain.money import format_usdc, parse_usdc
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.errors import (
    ChainProblem,
    Refused,
    ServiceProblem,
    StillPending,
    TooExpensive,
)
from agentescrow.settings import ClientSettings, read
from agentescrow.wire.runs import Run

_PAGE_SIZE: Final = 100
_MAX_CALLS: Final = 20
_REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Due:
    """A call that anyone may make now.

    Attributes:
        action: Method of `client.runs`, "finalize".
        run: Run to call it on.
    """

    action: str
    run: Run


@dataclass(frozen=True, slots=True)
class RoundLimits:
    """Limits of a round.

    Attributes:
        all_runs: Whether to handle other accounts' runs too.
        min_reward: Base units.
        max_calls: Number of calls.
        wei: Budget for gas of direct transactions; None for no limit.
    """

    all_runs: bool = False
    min_reward: int = 0
    max_calls: int = _MAX_CALLS
    wei: int | None = None


def keeper(
    client: AgentClient,
    as_json: bool,
    once: Annotated[bool, typer.Option("--once", help="Run one round and exit.")] = False,
    every: Annotated[
        float | None, typer.Option(min=1, help="Run a round every so many seconds, until Ctrl-C.")
    ] = None,
    all_runs: Annotated[
        bool, typer.Option("--all", help="Handle other accounts' runs too.")
    ] = False,
    min_reward: Annotated[str, typer.Option(help="Skip runs with a lower reward, in USDC.")] = "0",
    most: Annotated[
        int, typer.Option(min=1, help="Calls per round; high rewards first.")
    ] = _MAX_CALLS,
    eth: Annotated[
        str | None,
        typer.Option(help="Budget for gas per round in ETH, for direct transactions."),
    ] = None,
) -> None:
    """Finalize and cancel runs that are due (lists them by default)."""
    wei = None if eth is None else wei_in(eth, "eth")
    limits = RoundLimits(all_runs, parse_usdc(min_reward), most, wei)
    if every is not None:
        _run_every(client, limits, every, as_json=as_json)
    elif once:
        _round(client, limits, as_json=as_json)
    else:
        for due in due_now(client):
            if due.run.reward >= limits.min_reward:
                _print(due, "due", as_json=as_json)


def due_now(client: AgentClient) -> list[Due]:
    """List every call that is due now, verified with the node if the client has one.

    Raises:
        Contradicted: The API shows a run differently than the contract.
        ServiceProblem: The API's list does not end.
    """
    now = client.now()
    return [
        Due(action.path, run)
        for action, state, attribute in RUN_ACTIONS.for_anyone()
        for run in _runs(client, state.name)
        if (time := getattr(run, attribute)) is not None and time <= now
    ]


def do(client: AgentClient, due: Due) -> str:
    """Make a call and return its outcome as text; being too late is not an error."""
    try:
        return f"now {getattr(client.runs, due.action)(due.run.bounty_id).state.name}"
    except Refused as refused:
        return f"{_REFUSED}: {refused.detail}"
    except StillPending as pending:
        return f"pending: {pending}"


def selected(
    found: list[Due], limits: RoundLimits, account: str, agent_id: int | None
) -> list[Due]:
    """Select the calls that are worth their gas, highest reward first.

    Args:
        found: Every call that is due.
        limits: Limits of the round.
        account: The caller's address.
        agent_id: The caller's agent, whose runs count as its own.
    """
    own = account.lower()

    def is_own(run: Run) -> bool:
        parties = [run.poster_address, run.claimed_by_wallet or ""]
        is_agents = agent_id is not None and run.claimed_by == agent_id
        return is_agents or own in [each.lower() for each in parties]

    wanted = [
        due
        for due in found
        if due.run.reward >= limits.min_reward and (limits.all_runs or is_own(due.run))
    ]
    return sorted(wanted, key=lambda due: -due.run.reward)


def _run_every(client: AgentClient, limits: RoundLimits, every: float, *, as_json: bool) -> None:
    """Run rounds until Ctrl-C; go on while the node or the API is unavailable."""
    stopped = stop_event()
    while not stopped.is_set():
        try:
            _round(client, limits, as_json=as_json)
        except (ChainProblem, ServiceProblem) as error:
            print_error(error, as_json=as_json)
        stopped.wait(every)


def _round(client: AgentClient, limits: RoundLimits, *, as_json: bool) -> None:
    account = client.address  # fails at once without a key
    left, client.gas_budget.left = limits.max_calls, limits.wei
    for due in selected(due_now(client), limits, account, read(ClientSettings).agent_id):
        if not left:
            why = f"left for the next round: the limit of {limits.max_calls} calls is reached"
            _print(due, why, as_json=as_json)
            return
        try:
            outcome = do(client, due)
        except TooExpensive as dear:
            if dear.what != BUDGET:
                raise
            _print(due, f"left for the next round: {dear}", as_json=as_json)
            return
        left -= not outcome.startswith(_REFUSED)  # refused before anything was sent
        _print(due, outcome, as_json=as_json)


def _runs(client: AgentClient, state: str) -> Iterator[Run]:
    """List the runs in a state by id; ids must rise, or the list might never end."""
    cursor, last = None, -1
    while True:
        page = client.runs.list(state=state, sort="oldest", limit=_PAGE_SIZE, cursor=cursor)
        for run in page.runs:
            if run.bounty_id <= last or run.state.name != state:
                raise ServiceProblem(f"the API lists run {run.bounty_id}, which is out of order")
            last = run.bounty_id
            yield run
        cursor = page.pagination.next_cursor
        if cursor is None:
            return
        if not page.runs:
            raise ServiceProblem("the API's list goes on after an empty page")


def _print(due: Due, outcome: str, *, as_json: bool) -> None:
    run = due.run
    if as_json:
        line = {"action": due.action, "run": run.bounty_id, "reward": str(run.reward)}
        typer.echo(json.dumps({**line, "outcome": outcome}))
    else:
        typer.echo(f"{due.action} run {run.bounty_id} ({format_usdc(run.reward)} USDC): {outcome}")
