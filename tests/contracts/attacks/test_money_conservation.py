"""Attacks on the sum: nobody gets more out than came in for them."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.outcome import reverting
from tests.contracts.run_escrow.authorization import INVALID
from tests.contracts.runs import COST, FEE, IPFS, MIN_STAKE, REWARD

WRITES = "0x60015f5560015f5260205ff3"
"""Stores a word, then returns 1: what any call back into a contract would have to do."""


def test_reentrancy_from_a_signing_wallet__cannot_write(
    escrow, outsider, wallet, signing, terms, set_code, ledger
):
    """RUN-21: USDC asks wallets by static calls, which cannot call back with effect."""
    wanted = terms()
    authorization = signing.run_authorization(outsider, escrow, wanted, IPFS, COST, payer=wallet)
    set_code(wallet, WRITES)

    with ledger.moves(), ape.reverts(INVALID):
        escrow.postRunWithAuthorization(
            wanted, IPFS, authorization, sender=outsider, gas_limit=3_000_000
        )


def test_reentrancy_from_the_identity_registry__cannot_write(
    escrow, registry, identity, agent, agent_id, open_run, set_code
):
    """RUN-21: it is asked by static calls; one that writes has given no answer."""
    run_id = open_run()
    set_code(identity, WRITES)

    with reverting(registry.AgentUnknown, agentId=agent_id):
        escrow.claimRun(run_id, agent_id, sender=agent, gas_limit=3_000_000)


@pytest.mark.parametrize("reward", [1, 19, 20, 21])
def test_rounding_the_fee_away__smallest_rewards__still_cost_a_unit(
    escrow, agent, poster, treasury, outsider, runs, books, reward
):
    """RUN-3, RUN-4: the fee of 5 % is rounded up, and what was pulled is what goes out."""
    fee = 2 if reward == 21 else 1

    with books.moves({poster: -reward - fee, agent: reward}, owed=fee, fees=fee):
        runs.approved(reward=reward)
    with books.moves({treasury: fee}, owed=-fee, fees=-fee):
        escrow.sweepFees(sender=outsider)


def test_splitting_a_run_to_dodge_the_fee__costs_more(escrow):
    """RUN-3: rounding is for the platform, so ten small runs are never cheaper than one."""
    assert 10 * escrow.feeOn(REWARD // 10) == FEE
    assert 10 * escrow.feeOn(11) > escrow.feeOn(110)


def test_cutting_an_agent_id_to_32_bits__is_not_the_agent(
    escrow, registry, agent, agent_id, outsider, open_run, lie
):
    """RUN-2, RUN-5: a number that ends in the agent's bits, known and staked, is none for a run."""
    run_id, lookalike = open_run(), agent_id + 2**32
    lie(owner_of_all=agent, accomplice=outsider)
    registry.stake(lookalike, MIN_STAKE, sender=agent)

    with reverting(registry.AgentUnknown, agentId=lookalike):
        escrow.claimRun(run_id, lookalike, sender=agent)
