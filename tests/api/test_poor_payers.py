"""A payer who has signed all that there is to sign, and has less USDC than that (API-3, API-7)."""

from __future__ import annotations

import pytest
from eth_account import Account

from agentescrow.chain.typed_data import run_nonce, stake_nonce
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.wire.shape import iso_time
from tests.api.conftest import DAY, USDC

SALT = b"\x0b" * 32


@pytest.fixture
def poor(market):
    """An account with ETH and no USDC."""
    wallet = LocalWallet(market.chain.w3, Account.create())
    market.chain.w3.provider.make_request("anvil_setBalance", [wallet.address, hex(10**18)])
    return wallet


def permit(market, wallet, contract, amount):
    until = market.now + DAY
    signature = market.contracts.usdc.sign_permit(wallet, contract.address, amount, until)
    return {"permit": {"deadline": until, "signature": f"0x{signature.hex()}"}}


def authorization(market, wallet, contract, amount, purpose):
    until = market.now + DAY
    signed = contract.authorize(wallet, amount, purpose=purpose, salt=SALT, valid_before=until)
    fields = {"validBefore": until, "salt": f"0x{SALT.hex()}"}
    return {"authorization": {**fields, "signature": f"0x{signed.signature.hex()}"}}


def refusal(answer):
    return answer.status_code, answer.json()["error"], answer.json()["detail"]


REFUSED = (400, "INSUFFICIENT_FUNDS", "The payer's USDC balance is too low.")


@pytest.mark.parametrize("way", ["allowance", "permit", "authorization"])
def test_post__less_usdc_than_that__is_said(market, client, poor, way):
    escrow, deadline = market.contracts.runs, market.now + DAY
    terms = RunTerms(reward=10 * USDC, deadline=deadline)
    if way == "allowance":
        market.contracts.usdc.approve(poor, escrow.address, terms.cost)
        paid = {}
    elif way == "permit":
        paid = permit(market, poor, escrow, terms.cost)
    else:
        purpose = run_nonce(terms, "ipfs://d", SALT)
        paid = authorization(market, poor, escrow, terms.cost, purpose)
    body = {"walletAddress": poor.address, "reward": str(terms.reward), "ipfsHash": "ipfs://d"}

    answer = client.post("/api/runs", json={**body, "deadline": iso_time(deadline), **paid})

    assert refusal(answer) == REFUSED


@pytest.mark.parametrize("way", ["allowance", "permit"])
def test_fund__less_usdc_than_that__is_said(market, client, poor, way):
    escrow = market.contracts.runs
    terms = RunTerms(reward=10 * USDC, deadline=market.now + DAY)
    run_id = escrow.create_run(poor, terms, "ipfs://d").event.run_id
    market.indexed()
    paid = {}
    if way == "allowance":
        market.contracts.usdc.approve(poor, escrow.address, terms.cost)
    else:
        paid = permit(market, poor, escrow, terms.cost)

    answer = client.post(f"/api/runs/{run_id}/fund", json={"walletAddress": poor.address, **paid})

    assert refusal(answer) == REFUSED


@pytest.mark.parametrize("way", ["allowance", "permit", "authorization"])
def test_stake__less_usdc_than_that__is_said(market, client, poor, way):
    registry, amount = market.contracts.registry, 20 * USDC
    agent_id = market.agent(poor, staked=0)
    if way == "allowance":
        market.contracts.usdc.approve(poor, registry.address, amount)
        paid = {}
    elif way == "permit":
        paid = permit(market, poor, registry, amount)
    else:
        paid = authorization(market, poor, registry, amount, stake_nonce(agent_id, SALT))

    body = {"walletAddress": poor.address, "amount": str(amount), **paid}
    answer = client.post(f"/api/agents/{agent_id}/stake", json=body)

    assert refusal(answer) == REFUSED
