"""The end of a play: how runs and agents ended, the balance sheet, solvency, gas."""

from __future__ import annotations

from collections.abc import Iterator

from agentescrow.domain.agent import reputation_score
from agentescrow.domain.constants import BPS, PLATFORM_FEE_BPS
from demo.ledger import Sheet
from demo.solvency import Holding, holdings
from demo.stage import Stage, Step
from demo.wording import column, shown, usdc

_PERCENT = PLATFORM_FEE_BPS * 100 // BPS


def close(stage: Stage, sheet: Sheet) -> list[str]:
    """Show the end.

    Args:
        stage: After the play.
        sheet: Of the play.

    Returns:
        What does not add up, in words; nothing, if all is well.
    """
    held = holdings(stage)
    problems = [*_runs(stage)]
    _agents(stage)
    _balances(stage, sheet)
    _solvency(stage, held)
    _gas(stage)
    problems += sheet.problems()
    for holding in held:
        problems += holding.problems()
    return problems


def _runs(stage: Stage) -> Iterator[str]:
    stage.display.heading("Runs")
    rows = []
    problems = []
    for ending in stage.endings:
        run = stage.contracts.escrow.get_run(ending.run_id)
        description = shown(stage.descriptions[ending.run_id])
        worker = ending.agent.name if ending.agent else "-"
        money = (column(run.reward), column(run.fee))
        rows.append(
            (str(ending.run_id), description, *money, worker, ending.wanted, run.state.name)
        )
        if run.state != ending.state:
            problems.append(f"run {ending.run_id} is {run.state.name}, not {ending.state.name}")
    fee = f">fee {_PERCENT} %"
    columns = (">run", "description", ">reward", fee, "agent", "was to be", "is")
    stage.display.table(columns, rows)
    yield from problems


def _agents(stage: Stage) -> None:
    stage.display.heading("Agents")
    rows = []
    for actor in stage.cast.agents:
        record = stage.contracts.registry.get_agent(actor.agent)
        counts = (record.claims, record.completions, record.rejections, record.strikes)
        rows.append(
            (
                str(actor.agent),
                actor.name,
                stage.contracts.registry.status_of(actor.agent).name,
                column(record.staked),
                column(record.locked),
                *map(str, counts),
                str(reputation_score(record)),
            )
        )
    columns = [">id", "agent", "status", ">staked", ">locked"]
    columns += [">claims", ">completed", ">rejected", ">strikes", ">reputation"]
    stage.display.table(columns, rows)


def _balances(stage: Stage, sheet: Sheet) -> None:
    stage.display.heading("Balance sheet, USDC")
    accounts = sheet.moved
    rows = [
        [a.name, *map(column, (a.start, a.paid, a.received, a.end)), _signed(a.change)]
        for a in accounts
    ]
    sums = (
        sum(a.start for a in accounts),
        sum(a.paid for a in accounts),
        sum(a.received for a in accounts),
        sum(a.end for a in accounts),
    )
    rows.append(["Σ", *map(column, sums), _signed(sums[3] - sums[0])])
    columns = ("account", ">start", ">paid", ">received", ">end", ">change")
    stage.display.table(columns, rows, total=True)


def _solvency(stage: Stage, held: tuple[Holding, ...]) -> None:
    stage.display.heading("Solvency, USDC")
    rows = [
        (h.name, column(h.balance), column(h.owed), _signed(h.balance - h.owed), h.words)
        for h in held
    ]
    columns = ("contract", ">balance", ">totalOwed", ">difference", "owed")
    stage.display.table(columns, rows)


def _gas(stage: Stage) -> None:
    stage.display.heading("Gas per step")
    by_name: dict[str, list[Step]] = {}
    for step in stage.steps:
        by_name.setdefault(step.name, []).append(step)
    rows = [
        (
            name,
            str(len(steps)),
            f"{min(step.gas for step in steps):,}",
            f"{max(step.gas for step in steps):,}",
            f"{sum(step.gas for step in steps):,}",
            ", ".join(dict.fromkeys(step.payer for step in steps)),
        )
        for name, steps in by_name.items()
    ]
    rows.append(("Σ", str(len(stage.steps)), "", "", f"{sum(s.gas for s in stage.steps):,}", ""))
    columns = ("step", ">times", ">least", ">most", ">in all", "paid by")
    stage.display.table(columns, rows, total=True)


def _signed(amount: int) -> str:
    return f"+{column(amount)}" if amount > 0 else column(amount)


def verdict(stage: Stage, sheet: Sheet, problems: list[str], seconds: float) -> None:
    """Say in a line whether it adds up."""
    stage.display.plain("")
    if problems:
        for problem in problems:
            stage.display.plain(f"Does not add up: {problem}", "bold red")
        return
    paid = usdc(sum(account.paid for account in sheet.accounts))
    stage.display.plain(
        f"Everything adds up: {len(stage.steps)} transactions moved {paid}, no unit was lost, "
        f"both contracts hold what they owe ({seconds:.1f} s).",
        "bold green",
    )
