"""Whoever can sign: Ape's accounts, and what is no signer."""

from __future__ import annotations

import ape
import pytest

from agentescrow import AgentClient, InvalidInput
from agentescrow.domain.runs.run import RunState


def test_client__of_an_ape_account__signs_and_sends(market, agent_id, run_id):
    """API-7: the account keeps its key; requests and transactions are signed by Ape."""
    account = ape.accounts.test_accounts[3]  # the role "agent"
    options = market.options(None, True, False)
    with AgentClient(market.api_url, signer=account, **options) as gasless:
        assert gasless.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED
    options = market.options(None, False, True)
    with (
        ape.networks.parse_network_choice(market.chain.url),
        AgentClient(market.api_url, signer=account, **options) as direct,
    ):
        assert direct.runs.submit_work(run_id, "ipfs://work").state == RunState.SUBMITTED


def test_client__of_what_cannot_sign__is_refused(market):
    with pytest.raises(InvalidInput, match="a private key, an account of eth-account's or of Ape"):
        AgentClient(market.api_url, signer=object())
