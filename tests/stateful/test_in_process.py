"""The machine in this process, on revm: for depth."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.runs.run import RunState
from artifacts import ours
from localnet.evm import Revm
from tests.stateful.malformed import Malformation
from tests.stateful.outcome import Tally
from tests.stateful.run import run_machine

_CONTRACTS = {"escrow": "RunEscrow", "registry": "StakeRegistry"}


def _declared(contract: str, kind: str) -> set[str]:
    """Every function of a contract that changes something, or every event, or every error."""
    return {
        item["name"]
        for item in ours(contract).abi
        if item["type"] == kind and item.get("stateMutability") not in ("view", "pure")
    }


# Errors of constructors, and OpenZeppelin's that correct contracts never raise here.
_NEVER_SEEN = {
    "AddressEmptyCode",
    "ReentrancyGuardReentrantCall",
    "SafeERC20FailedOperation",
    "SafeCastOverflowedUintDowncast",
    "OwnableInvalidOwner",
    "FailedCall",
    "UsdcMismatch",
}


# It is as long as a hundred other tests: seventy times what it takes on a quiet machine.
@pytest.mark.timeout(7200)
def test_machine__in_process__agrees_with_the_rules(
    told: Callable[[Tally, str, float], None],
) -> None:
    """STAKE-1 to STAKE-11, RUN-0 to RUN-27: twin and contracts agree after every step.

    And the machine has got about: every function succeeded, every event, state, status, error and
    kind of malformed calldata came up.
    """
    with Revm() as chain:
        tally = run_machine(chain, "in process", told)

    done = {function for function, outcome in tally.outcomes if outcome == "done"}
    for role, contract in _CONTRACTS.items():
        functions = _declared(contract, "function")
        assert {f"{role}.{name}" for name in functions} <= done
        events = _declared(contract, "event")
        assert {f"{role}.{name}" for name in events} <= tally.events.keys()
    assert {state.name for state in RunState} | {
        status.name for status in AgentStatus
    } <= tally.statuses.keys()
    declared = {error for contract in _CONTRACTS.values() for error in _declared(contract, "error")}
    assert declared - {outcome for _, outcome in tally.outcomes} - _NEVER_SEEN == set()
    assert tally.malformed.keys() == {flaw.name for flaw in Malformation}
