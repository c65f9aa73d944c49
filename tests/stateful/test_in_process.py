"""The machine in this process, on revm: for depth."""

from __future__ import annotations

from collections.abc import Callable

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.run import RunState
from localnet.artifacts import ours
from localnet.evm import Revm
from tests.stateful.outcome import Tally
from tests.stateful.run import run_machine


def _functions(contract: str) -> set[str]:
    """Every function of a contract that changes something."""
    return {
        item["name"]
        for item in ours(contract).abi
        if item["type"] == "function" and item["stateMutability"] not in ("view", "pure")
    }


# The machine gives ownership up only where it is refused: what comes after has no owner any more.
_NEVER_DONE = {"renounceOwnership"}
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


def test_machine__in_process__agrees_with_the_rules(
    told: Callable[[Tally, str, float], None],
) -> None:
    """STAKE-1 to STAKE-10, RUN-0 to RUN-26: twin and contracts agree after every step.

    And the machine has got about: every function succeeded, every state, status and error came up.
    """
    with Revm() as chain:
        tally = run_machine(chain, "in process", told)

    done = {function for function, outcome in tally.outcomes if outcome == "done"}
    for role, contract in (("escrow", "RunEscrow"), ("registry", "StakeRegistry")):
        assert {f"{role}.{name}" for name in _functions(contract) - _NEVER_DONE} <= done
    assert {state.name for state in RunState} | {
        status.name for status in AgentStatus
    } <= tally.statuses.keys()
    declared = {
        item["name"]
        for name in ("RunEscrow", "StakeRegistry")
        for item in ours(name).abi
        if item["type"] == "error"
    }
    assert declared - {outcome for _, outcome in tally.outcomes} - _NEVER_SEEN == set()
