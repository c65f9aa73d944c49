"""An identity registry that says who owns an agent and its wallet, and nothing on approvals.

given isAuthorizedOrOwner reverts, or answers with what is no boolean
├── claimEligibility should set AGENT_UNKNOWN, and no other bit of the agent
└── claimRun should revert with AgentUnknown: taken for a no, posters could work for themselves
"""

from __future__ import annotations

import pytest

from agentescrow.domain.runs.eligibility import Ineligibility
from localnet.host import Web3Host
from tests.contracts.outcome import reverting

# isAuthorizedOrOwner(address,uint256) ends so; every other selector returns the owner's address.
_DISPATCH = "5f3560e01c63d95e72be1460295773{owner}5f5260205ff35b"
_ENDINGS = {"reverts": "5f5ffd", "returns 2": "60025f5260205ff3"}


@pytest.fixture(params=_ENDINGS)
def silent_on_approvals(request, escrow, agent, w3):
    """`silent_on_approvals()`: from now on."""
    code = _DISPATCH.format(owner=agent.address[2:]) + _ENDINGS[request.param]
    return lambda: Web3Host(w3).set_code(escrow.immutables().identities, bytes.fromhex(code))


def test_claim_eligibility__no_word_on_the_poster__agent_unknown(
    escrow, agent_id, open_run, silent_on_approvals
):
    """RUN-5."""
    run_id = open_run()
    assert escrow.claimEligibility(run_id, agent_id) == 0

    silent_on_approvals()

    assert escrow.claimEligibility(run_id, agent_id) == Ineligibility.AGENT_UNKNOWN


def test_claim_run__no_word_on_the_poster__reverts(
    escrow, identity, agent, poster, agent_id, open_run, silent_on_approvals
):
    """RUN-5 (threat: poster == agent, behind a registry that fails)."""
    identity.approve(poster, agent_id, sender=agent)
    run_id = open_run()
    with reverting(escrow.SelfClaim, runId=run_id, agentId=agent_id, poster=poster):
        escrow.claimRun(run_id, agent_id, sender=agent)

    silent_on_approvals()

    with reverting(escrow.AgentUnknown, agentId=agent_id):
        escrow.claimRun(run_id, agent_id, sender=agent)
