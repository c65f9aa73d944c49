"""Run the machine on a chain."""

from __future__ import annotations

import time
from collections.abc import Callable

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from localnet.chain import Chain
from tests.stateful.ground import Ground
from tests.stateful.machine import EscrowMachine
from tests.stateful.outcome import Tally
from tests.stateful.profiles import chosen


def run_round(ground: Ground, tally: Tally, per_round: settings, number: int) -> None:
    """Let Hypothesis drive the machine through the examples of one seed.

    Args:
        ground: The contracts.
        tally: Is added to.
        per_round: Hypothesis' settings.
        number: The seed.
    """
    on_the_ground = {"ground": ground, "tally": tally}
    machine = seed(number)(type("EscrowMachine", (EscrowMachine,), on_the_ground))
    run_state_machine_as_test(machine, settings=per_round)


def run_machine(chain: Chain, where: str, told: Callable[[Tally, str, float], None]) -> Tally:
    """Let Hypothesis drive the machine, and say what came of it even when it fails.

    Args:
        chain: Where the contracts are deployed.
        where: "in process" or "on Anvil".
        told: Is given the tally, the place with the seeds, and the seconds.
    """
    tally = Tally()
    ground = Ground(chain)
    plan = chosen(where)
    began = time.monotonic()
    number = plan.seeds.start
    try:
        for number in plan.seeds:
            run_round(ground, tally, plan.settings, number)
    finally:
        seeds = f"{where}, seeds {plan.seeds.start} to {number}"
        told(tally, seeds, time.monotonic() - began)
    return tally
