"""`agentescrow keeper`: what anybody may do and nobody has done: due finalizes, expired cancels.

Each costs gas, and anybody can make runs of next to nothing that fall due: so it does what is due
of the caller's own runs, and of others' only what it is told to, so many calls and so much ETH a
round.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import typer

from agentescrow import AgentClient
from agentescrow.chain.fees import BUDGET, wei_in
from agentescrow.cli.error_output import tell
from agentescrow.cli.shutdown import end_asked_for
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

_PAGE: Final = 100
_MOST: Final = 20
_REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Due:
    """A call that anybody may make now.

    Attributes:
        action: Method of `client.runs`, "finalize".
        run: Run to call it on.
    """

    action: str
    run: Run


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a round pays for.

    Args:
        everybodys: Other people's runs too.
        min_reward: Base units.
        wei: For gas, where the calls are transactions of one's own; without a limit where None.
    """

    everybodys: bool = False
    min_reward: int = 0
    most: int = _MOST
    wei: int | None = None


def keeper(
    client: AgentClient,
    as_json: bool,
    once: Annotated[bool, typer.Option("--once", help="Do what is due, and end.")] = False,
    every: Annotated[
        float | None, typer.Option(min=1, help="Do what is due every so many seconds.")
    ] = None,
    everybodys: Annotated[
        bool, typer.Option("--all", help="Other people's runs too, not only one's own.")
    ] = False,
    min_reward: Annotated[
        str, typer.Option(help="Leave runs of less than so many USDC alone.")
    ] = "0",
    most: Annotated[
        int, typer.Option(min=1, help="Calls that a round pays for; dear runs come first.")
    ] = _MOST,
    eth: Annotated[
        str | None,
        typer.Option(
            help="ETH that a round offers for gas at most, for transactions of one's own."
        ),
    ] = None,
) -> None:
    """List what is due, or do it: finalize where posters are silent, cancel what has expired."""
    wei = None if eth is None else wei_in(eth, "eth")
    chosen = Chosen(everybodys, parse_usdc(min_reward), most, wei)
    if every is not None:
        _stay(client, chosen, every, as_json=as_json)
    elif once:
        _round(client, chosen, as_json=as_json)
    else:
        for due in due_now(client):
            if due.run.reward >= chosen.min_reward:
                _say(due, "due", as_json=as_json)


def due_now(client: AgentClient) -> list[Due]:
    """Everything that is due now: with a node by its word, else by the API's.

    Args:
        client: May be one that only reads.

    Raises:
        Contradicted: The API shows a run otherwise than the contract.
        ServiceProblem: Its list does not end.
    """
    now = client.now()
    return [
        Due(action.path, run)
        for action, state, attribute in RUN_ACTIONS.for_anyone()
        for run in _runs(client, state.name)
        if (time := getattr(run, attribute)) is not None and time <= now
    ]


def do(client: AgentClient, due: Due) -> str:
    """Make a call; somebody else may have been quicker, and that is no error.

    Args:
        client: Who makes it.

    Returns:
        What has become of it, in words.
    """
    try:
        return f"now {getattr(client.runs, due.action)(due.run.bounty_id).state.name}"
    except Refused as refused:
        return f"{_REFUSED}: {refused.detail}"
    except StillPending as pending:
        return f"pending: {pending}"


def chosen_of(found: list[Due], chosen: Chosen, account: str, agent_id: int | None) -> list[Due]:
    """What is worth its gas, the dearest runs first.

    Args:
        found: Everything that is due.
        chosen: What a round pays for.
        account: Of the caller.
        agent_id: Its agent, whoever is paid for it.
    """
    own = account.lower()

    def is_own(run: Run) -> bool:
        people = [run.poster_address, run.claimed_by_wallet or ""]
        mine = agent_id is not None and run.claimed_by == agent_id
        return mine or own in [each.lower() for each in people]

    wanted = [
        due
        for due in found
        if due.run.reward >= chosen.min_reward and (chosen.everybodys or is_own(due.run))
    ]
    return sorted(wanted, key=lambda due: -due.run.reward)


def _stay(client: AgentClient, chosen: Chosen, every: float, *, as_json: bool) -> None:
    """Do what is due until Ctrl-C; a node or an API that is away for a while is no end."""
    ended = end_asked_for()
    while not ended.is_set():
        try:
            _round(client, chosen, as_json=as_json)
        except (ChainProblem, ServiceProblem) as error:
            tell(error, as_json=as_json)
        ended.wait(every)


def _round(client: AgentClient, chosen: Chosen, *, as_json: bool) -> None:
    account = client.address  # without a key it ends here, and not when the first run is due
    left, client.gas_budget.left = chosen.most, chosen.wei
    for due in chosen_of(due_now(client), chosen, account, read(ClientSettings).agent_id):
        if not left:
            _say(due, f"left for the next round: {chosen.most} calls are paid for", as_json=as_json)
            return
        try:
            outcome = do(client, due)
        except TooExpensive as dear:
            if dear.what != BUDGET:
                raise
            _say(due, f"left for the next round: {dear}", as_json=as_json)
            return
        left -= not outcome.startswith(_REFUSED)  # which was found out before anything was sent
        _say(due, outcome, as_json=as_json)


def _runs(client: AgentClient, state: str) -> Iterator[Run]:
    """Runs in a state, by number; a list that does not go on by number would have no end."""
    cursor, last = None, -1
    while True:
        page = client.runs.list(state=state, sort="oldest", limit=_PAGE, cursor=cursor)
        for run in page.runs:
            if run.bounty_id <= last or run.state.name != state:
                raise ServiceProblem(f"the API lists run {run.bounty_id}, which does not belong")
            last = run.bounty_id
            yield run
        cursor = page.pagination.next_cursor
        if cursor is None:
            return
        if not page.runs:
            raise ServiceProblem("the API's list goes on after an empty page")


def _say(due: Due, outcome: str, *, as_json: bool) -> None:
    run = due.run
    if as_json:
        line = {"action": due.action, "run": run.bounty_id, "reward": str(run.reward)}
        typer.echo(json.dumps({**line, "outcome": outcome}))
    else:
        typer.echo(f"{due.action} run {run.bounty_id} ({format_usdc(run.reward)} USDC): {outcome}")
