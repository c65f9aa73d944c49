"""Gas of every step beside the sum of its unavoidable costs.

    python -m benchmarks.gas            measures, prints, renews gas.json and docs/performance.md
    python -m benchmarks.gas --check    changes nothing, fails where a step grew by more than 1 %,
                                        or is above its target

Runs on an Anvil of its own, and needs the contracts compiled (`make build`).
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from artifacts import ROOT, SetupError
from benchmarks import escrow_steps, registry_steps, report
from benchmarks.floor import Cost, cost_of
from benchmarks.ground import TOKENS, Ground, grounds
from benchmarks.peers import TARGETS
from benchmarks.step import STEPS, Step

SNAPSHOT = ROOT / "benchmarks" / "gas.json"
DOCUMENT = ROOT / "docs" / "performance.md"
ALLOWED_GROWTH = 0.01
FLOOR_TIMES = 1.12
_FORWARDED = "claimRun, through the forwarder"  # OpenZeppelin's forwarder spends the difference
_MODULES = (escrow_steps, registry_steps)

Costs = dict[str, dict[str, Cost]]


def measured() -> Costs:
    """Measure every step on every token that it is for.

    Returns:
        By the keys of `TOKENS`, by the names of the steps.
    """
    with grounds() as all_grounds:
        return {
            kind: {step.name: _cost(ground, step) for step in STEPS if kind in step.tokens}
            for kind, ground in all_grounds.items()
        }


def _cost(ground: Ground, step: Step) -> Cost:
    with ground.undone():
        call = step.prepare(ground)
        call.contract.send(call.sender, call.function, *call.args)
        rpc = ground.chain.rpc
        transaction = rpc("eth_getBlockByNumber", "latest", False)["transactions"][0]
        return cost_of(rpc, transaction, ground.token.address)


def growth(now: Costs, before: Costs) -> list[str]:
    """Say which steps cost more than in the snapshot, or are missing there."""
    complaints = []
    for kind, steps in now.items():
        known = before.get(kind, {})
        for name, cost in steps.items():
            if name not in known:
                complaints.append(f"{name} ({kind}): not in the snapshot")
            elif cost.used > known[name].used * (1 + ALLOWED_GROWTH):
                complaints.append(f"{name} ({kind}): {cost.used:,} gas, was {known[name].used:,}")
        complaints += [f"{name} ({kind}): not measured any more" for name in known - steps.keys()]
    return complaints


def excess(now: Costs) -> list[str]:
    """Name each run's life above its target, and each step too far above its floor."""
    complaints = []
    for kind, steps in now.items():
        total = report.life(steps)
        if total > TARGETS[kind]:
            complaints.append(f"a run's life ({kind}): {total:,} gas, above {TARGETS[kind]:,}")
        complaints += [
            f"{name} ({kind}): {cost.used:,} gas, {cost.used / cost.floor:.3f} times its floor"
            for name, cost in steps.items()
            if cost.used > cost.floor * FLOOR_TIMES and name != _FORWARDED
        ]
    return complaints


def _loaded() -> Costs:
    found = json.loads(SNAPSHOT.read_text())
    return {
        kind: {
            name: Cost(**{part: gas for part, gas in parts.items() if part not in _SUMS})
            for name, parts in steps.items()
        }
        for kind, steps in found.items()
    }


_SUMS = ("used", "floor")


def _saved(costs: Costs) -> None:
    lines = {
        kind: ",\n".join(
            f"  {json.dumps(name)}: "
            + json.dumps({"used": cost.used, "floor": cost.floor} | asdict(cost))
            for name, cost in steps.items()
        )
        for kind, steps in costs.items()
    }
    body = ",\n".join(f' "{kind}": {{\n{text}\n }}' for kind, text in lines.items())
    SNAPSHOT.write_text(f"{{\n{body}\n}}\n")


def _checked(costs: Costs) -> int:
    complaints = growth(costs, _loaded()) + excess(costs)
    if DOCUMENT.read_text() != report.inserted(DOCUMENT.read_text(), _loaded()):
        complaints.append("docs/performance.md does not show benchmarks/gas.json")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if complaints:
        print("If that is meant, run `make bench` and commit what it changes.", file=sys.stderr)
    return bool(complaints)


def main(argv: list[str]) -> int:
    """Measure, and show or check.

    Args:
        argv: The command line.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gas", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare with the snapshot only")
    asked = parser.parse_args(argv)
    try:
        costs = measured()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    if asked.check:
        return _checked(costs)
    for kind, steps in costs.items():
        print(report.terminal(TOKENS[kind], steps))
    print(report.headline(costs))
    _saved(costs)
    DOCUMENT.write_text(report.inserted(DOCUMENT.read_text(), costs))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
