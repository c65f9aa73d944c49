"""Both contracts that hold USDC, and one way of paying into each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from agentescrow.domain.constants import ONE_USDC
from tests.contracts.runs import COST, IPFS, MIN_STAKE


@dataclass(frozen=True)
class Payment:
    """A call that pulls USDC from whoever speaks.

    Attributes:
        vault: The contract.
        amount: What it pulls, in base units.
        call: Its function.
        args: The arguments.
    """

    vault: Any
    amount: int
    call: Any
    args: tuple

    @property
    def data(self) -> bytes:
        """The calldata."""
        return bytes(self.call.encode_input(*self.args))


@pytest.fixture(scope="session", autouse=True)
def _staffed(agent_id, escrow, ledger, signing):
    """Whatever lasts for the session is there before any test begins."""


@pytest.fixture(scope="session", params=["registry", "escrow"])
def vault(request):
    """StakeRegistry, then RunEscrow."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def payment(vault, registry, agent_id, terms):
    """Staking for the agent, or posting a run."""
    if vault == registry:
        return Payment(vault, MIN_STAKE, registry.stake, (agent_id, MIN_STAKE))
    return Payment(vault, COST, vault.postRun, (terms(), IPFS))


@pytest.fixture(scope="session")
def payer(buyer, fund, agent_id):
    """Has 1,000 USDC and has approved nothing."""
    fund(buyer, 1_000 * ONE_USDC)
    return buyer


@pytest.fixture
def credited(vault, registry, escrow, poster, runs, clock, blacklist):
    """What USDC refused to pay the poster, who is blacklisted: a refund, or a compensation."""
    run_id = runs.claimed()
    clock.at(escrow.slashableAt(run_id))
    blacklist(poster)
    runs.send(poster, escrow.slash, run_id)
    amount = MIN_STAKE if vault == registry else COST
    assert vault.creditOf(poster) == amount
    return amount


@pytest.fixture(scope="session")
def wallet(project, payer, fund):
    """An ERC-1271 wallet of the payer's with 1,000 USDC."""
    deployed = payer.deploy(project.Erc1271Wallet)
    fund(deployed, 1_000 * ONE_USDC)
    return deployed
