"""The action tables say what the contracts' ABIs say."""

from __future__ import annotations

import pytest

from agentescrow.chain.abis import entries
from agentescrow.domain.actions import Action, Relaying
from agentescrow.domain.contracts import CONTRACTS, RUN_ESCROW, VAULTS
from agentescrow.domain.runs.run import Run

# Views, and what only the owner, a market or Solidity itself calls.
OTHERS = {
    "RunEscrow": {
        "acceptOwnership",
        "multicall",
        "pause",
        "renounceOwnership",
        "setTreasury",
        "sweepFees",
        "transferOwnership",
        "unpause",
    },
    "StakeRegistry": {
        "acceptOwnership",
        "addMarket",
        "lock",
        "multicall",
        "release",
        "renounceOwnership",
        "retireMarket",
        "slash",
        "stopClaims",
        "transferOwnership",
    },
}
ACTIONS = [(c.name, action) for c in CONTRACTS if c.actions for action in c.actions]
IDS = [f"{name}.{action.call}" for name, action in ACTIONS]


def writes_of(contract: str) -> dict[str, list[str]]:
    """Names of the parameters of each function that writes."""
    found = entries(contract, "function")
    writes = (each for each in found if each["stateMutability"] not in ("view", "pure"))
    return {each["name"]: [parameter["name"] for parameter in each["inputs"]] for each in writes}


@pytest.mark.parametrize(("contract", "action"), ACTIONS, ids=IDS)
def test_action__signature__is_that_of_the_contract(contract: str, action: Action):
    """RUN-0: name and parameters."""
    assert action.signature == f"{action.call}({', '.join(writes_of(contract)[action.call])})"


@pytest.mark.parametrize(("contract", "action"), ACTIONS, ids=IDS)
def test_action__event__is_one_of_the_contract_or_of_usdc(contract: str, action: Action):
    """API-4: what proves that a call has worked."""
    known = {each["name"] for name in (contract, "Usdc") for each in entries(name, "event")}
    assert action.event in known


@pytest.mark.parametrize("contract", OTHERS)
def test_table__functions__are_all_that_users_call(contract: str):
    """RUN-0: a function that is added without a row is noticed here."""
    table = next(c.actions for c in CONTRACTS if c.name == contract)
    assert {action.call for action in table} == set(writes_of(contract)) - OTHERS[contract]


def test_plain_actions__take_a_run_and_at_most_one_text():
    """API-1a: the API offers them without code of their own."""
    for action in RUN_ESCROW.actions.plain:
        assert action.parameters[0] == "run_id"
        assert len(action.parameters) <= 2
        assert action.done.endswith(".")
        assert action.relaying is not Relaying.NEVER


def test_actions_for_anyone__name_an_attribute_of_a_run():
    """RUN-14, RUN-15: the keeper reads it."""
    for _, _, attribute in RUN_ESCROW.actions.for_anyone():
        assert attribute == "due_at" or attribute in Run.__dataclass_fields__


def test_contracts__keys_and_names__are_unique():
    """One list: records and events are found by either."""
    assert len({c.key for c in CONTRACTS}) == len({c.name for c in CONTRACTS}) == len(CONTRACTS)
    assert {c.name for c in VAULTS} == {
        c.name for c in CONTRACTS if "Credited" in events_of(c.name)
    }


def events_of(contract: str) -> set[str]:
    """Names of a contract's events."""
    return {each["name"] for each in entries(contract, "event")}
