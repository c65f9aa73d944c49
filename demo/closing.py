"""Print the end of the demo: outcomes, balance sheet, solvency, gas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentescrow.domain.agent import reputation_score
from agentescrow.domain.constants import BPS, PLATFORM_FEE_BPS
from demo.ledger import Sheet
from demo.solvency import Holding, holdings
from demo.stage import Stage, Step
from demo.wording import Figures, shown, usdc

_PERCENT = PLATFORM_FEE_BPS * 100 // BPS


def close(stage: Stage, sheet: Sheet) -> list[str]:
    """Print the end.

    Returns:
        Descriptions of what does not add up; empty if everything does.
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
    runs = {e.run_id: stage.contracts.runs.get_run(e.run_id) for e in stage.endings}
    figures = Figures(amount for run in runs.values() for amount in (run.reward, run.fee))
    rows = []
    for ending in stage.endings:
        run = runs[ending.run_id]
        worker = ending.agent.name if ending.agent else "-"
        money = (figures.plain(run.reward), figures.plain(run.fee))
        description = shown(stage.descriptions[ending.run_id])
        row = (str(ending.run_id), *money, worker, ending.wanted, run.state.name, description)
        rows.append(row)
        if run.state != ending.state:
            yield f"run {ending.run_id} is {run.state.name}, not {ending.state.name}"
    columns = (">run", ">reward", f">fee {_PERCENT} %", "agent", "planned", "actual", "description")
    stage.display.table(columns, rows)


def _agents(stage: Stage) -> None:
    stage.display.heading("Agents")
    registry = stage.contracts.registry
    records = {actor: registry.get_agent(actor.agent) for actor in stage.cast.agents}
    figures = Figures(record.staked for record in records.values())
    rows = []
    for actor, record in records.items():
        status = registry.status_of(actor.agent).name
        money = (figures.plain(record.staked), figures.plain(record.locked))
        counts = (record.claims, record.completions, record.rejections, record.strikes)
        reputation = str(reputation_score(record))
        rows.append((str(actor.agent), actor.name, *money, *map(str, counts), reputation, status))
    columns = [">id", "agent", ">staked", ">locked"]
    columns += [">claims", ">completed", ">rejected", ">strikes", ">reputation", "status"]
    stage.display.table(columns, rows)


def _balances(stage: Stage, sheet: Sheet) -> None:
    stage.display.heading("Balance sheet, USDC")
    lines = [(a.name, a.start, a.paid, a.received, a.end, a.change) for a in sheet.moved]
    sums = (sum(amounts) for amounts in zip(*(amounts for _, *amounts in lines), strict=True))
    lines.append(("Σ", *sums))
    figures = Figures(amount for _, *amounts in lines for amount in amounts)
    rows = [
        (name, *map(figures.plain, amounts), figures.signed(won)) for name, *amounts, won in lines
    ]
    columns = ("account", ">start", ">paid", ">received", ">end", ">change")
    stage.display.table(columns, rows, total=True)


def _solvency(stage: Stage, held: Sequence[Holding]) -> None:
    stage.display.heading("Solvency, USDC")
    figures = Figures(amount for h in held for amount in (h.balance, h.owed))
    rows = [
        (
            h.name,
            figures.plain(h.balance),
            figures.plain(h.owed),
            figures.signed(h.balance - h.owed),
            h.described,
        )
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
    columns = ("step", ">times", ">least", ">most", ">total", "paid by")
    stage.display.table(columns, rows, total=True)


def verdict(stage: Stage, sheet: Sheet, problems: list[str], seconds: float) -> None:
    """Print on one line whether everything adds up."""
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
