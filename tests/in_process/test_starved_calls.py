"""An agent gives a run up, with just too little gas for what the registry does with its stake.

given any gas limit
  when the call goes through: the stake is free
  when it does not: nothing has changed
"""

from __future__ import annotations

from agentescrow.domain.constants import MIN_STAKE
from localnet.evm import Reverted
from tests.stateful import people

LIMITS = range(5_000, 120_000, 100)


def test_abandon__any_gas_limit__frees_the_stake_or_does_nothing(system):
    """RUN-17, STAKE-3: a lock that outlives its run would bind the stake for ever."""
    run_id = system.claimed()
    call = system.escrow.calldata("abandonRun", run_id)
    done = set()

    for gas in LIMITS:
        before = system.chain.snapshot()
        try:
            system.chain.transact(people.agent_owner.address, system.escrow.address, call, gas=gas)
        except (Reverted, RuntimeError):
            assert _locked(system) == MIN_STAKE
        else:
            done.add(gas)
            assert _locked(system) == 0, f"with {gas} gas the run is given up, its lock is not"
        system.chain.revert(before)

    assert done
    assert done != set(LIMITS)


def _locked(system) -> int:
    _, locked, *_ = system.registry.view("getAgent", system.agent_id)
    return locked
