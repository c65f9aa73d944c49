"""An identity registry that says who owns an agent, and reverts whatever else it is asked.

isOperator, payoutWalletOf
    it should treat the agent as unknown, its owner included
unstake
    it should pay the owner
    it should refuse anybody else, since nobody says that they are approved
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE
from localnet.host import Web3Host
from tests.contracts.outcome import reverting

# ownerOf(uint256) returns the address; every other selector reverts.
_ONLY_OWNER_OF = "5f3560e01c636352211e146011575f5ffd5b73{owner}5f5260205ff3"


@pytest.fixture(autouse=True)
def _owner_is_all_it_says(registry, agent, agent_id, w3):
    code = _ONLY_OWNER_OF.format(owner=agent.address[2:])
    Web3Host(w3).set_code(registry.identities(), bytes.fromhex(code))


def test_is_operator__no_word_on_the_wallet__nobody(registry, agent, agent_id):
    """RUN-7: half an answer is none."""
    assert not registry.isOperator(agent_id, agent)


def test_payout_wallet_of__no_word_on_the_wallet__reverts(registry, agent_id):
    """RUN-26."""
    with reverting(registry.AgentUnknown, agentId=agent_id):
        registry.payoutWalletOf(agent_id)


def test_unstake__owner__needs_no_other_answer(registry, agent, agent_id, ledger):
    """STAKE-2."""
    with ledger.moves({registry: -MIN_STAKE, agent: MIN_STAKE}):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)


def test_unstake__no_word_on_approvals__refuses_others(registry, agent, outsider, agent_id):
    """STAKE-2."""
    with reverting(registry.NotAgentOwner, agentId=agent_id, caller=outsider):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=outsider)
