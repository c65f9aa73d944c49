"""Stake put in and taken out by signatures alone (API-4, STAKE-1, STAKE-2).

given an agent whose owner has USDC and no ETH
  when it signs a permit, or an authorization, and the request: its USDC is staked
  when it signs a request to unstake: it has its USDC back
  when nothing is signed yet: 401 with what to sign, and nothing has moved
  when somebody else signs, or the stake is not there: it is refused
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from eth_account import Account

from agentescrow.chain.transactions import transact
from agentescrow.chain.wallet import LocalWallet
from localnet import usdc
from tests.api.conftest import DAY, USDC


@dataclass
class Penniless:
    """An agent whose owner has USDC and no ETH."""

    id: int
    wallet: LocalWallet

    @property
    def path(self):
        return f"/api/agents/{self.id}"


@pytest.fixture
def penniless(market, outsider):
    """Registered by another, who gave it away: the identity registry takes no signed requests."""
    agent_id = market.agent(outsider, staked=0)
    wallet = LocalWallet(market.chain.w3, Account.create())
    usdc.mint(market.chain.w3, wallet.address, 50 * USDC)
    identity = market.contracts.identity
    call = identity.calldata("transferFrom", outsider.address, wallet.address, agent_id)
    transact(market.chain.w3, outsider, identity.address, call)
    market.indexed()
    return Penniless(agent_id, wallet)


def permit(market, wallet, amount):
    until, registry = market.now + DAY, market.contracts.registry.address
    signature = market.contracts.usdc.sign_permit(wallet, registry, amount, until)
    return {"deadline": until, "signature": f"0x{signature.hex()}"}


def authorization(market, wallet, agent_id, amount):
    signed = market.contracts.registry.authorize_stake(
        wallet, agent_id, amount, salt=b"\x05" * 32, valid_before=market.now + DAY
    )
    return {
        "validBefore": str(signed.valid_before),
        "salt": f"0x{signed.salt.hex()}",
        "signature": f"0x{signed.signature.hex()}",
    }


def stake(market, agent, amount=20 * USDC, **more):
    return market.write(agent.wallet, f"{agent.path}/stake", amount=str(amount), **more)


def test_stake_and_unstake__by_signatures__take_no_eth(market, client, penniless):
    """API-4, STAKE-1, STAKE-2: permit and stake are one request; unstaking is another."""
    wallet = penniless.wallet
    staked = stake(market, penniless, permit=permit(market, wallet, 20 * USDC))

    assert staked.status_code == 200, staked.text
    assert list(staked.json()) == ["success", "agent", "message"]
    assert staked.json()["agent"] == client.get(f"{penniless.path}/stake").json()
    assert staked.json()["agent"]["stakedAmount"] == "20000000"
    assert market.contracts.usdc.balance_of(wallet.address) == 30 * USDC

    path = f"{penniless.path}/unstake"
    unstaked = market.write(wallet, path, amount="15000000")
    assert unstaked.status_code == 200, unstaked.text
    assert unstaked.json()["agent"]["stakedAmount"] == "5000000"
    assert market.contracts.usdc.balance_of(wallet.address) == 45 * USDC
    assert market.chain.w3.eth.get_balance(wallet.address) == 0
    assert market.chain.w3.eth.get_transaction_count(wallet.address) == 0


def test_stake__by_an_authorization__needs_no_nonce_of_the_chain(market, penniless):
    """API-4, STAKE-1: the payer's EIP-3009 signature is for this agent alone."""
    signed = authorization(market, penniless.wallet, penniless.id, 20 * USDC)
    staked = stake(market, penniless, authorization=signed)

    assert staked.status_code == 200, staked.text
    assert staked.json()["agent"]["isStaked"] is True


def test_stake__authorization_for_another_agent__is_refused(market, penniless):
    """STAKE-1: the nonce binds it."""
    signed = authorization(market, penniless.wallet, penniless.id + 1, 20 * USDC)
    refused = stake(market, penniless, authorization=signed)

    assert refused.status_code == 400
    assert market.contracts.registry.get_agent(penniless.id).staked == 0


def test_stake__unsigned__says_what_to_sign(market, client, penniless):
    """API-4: a request to StakeRegistry, for exactly this call; nothing has moved."""
    body = {"walletAddress": penniless.wallet.address, "amount": "20000000"}
    body["permit"] = permit(market, penniless.wallet, 20 * USDC)
    asked = client.post(f"{penniless.path}/stake", json=body)

    assert asked.status_code == 401
    message = asked.json()["typedData"]["message"]
    assert message["to"] == market.contracts.registry.address
    assert market.contracts.usdc.balance_of(penniless.wallet.address) == 50 * USDC


def test_stake__replayed_with_a_key__stakes_once(market, client, penniless):
    """API-4, API-7: the same signed body, and its Idempotency-Key."""
    body = {"walletAddress": penniless.wallet.address, "amount": "20000000"}
    body["permit"] = permit(market, penniless.wallet, 20 * USDC)
    path, headers = f"{penniless.path}/stake", {"Idempotency-Key": f"stake-{penniless.id}"}
    signed = market.signed(penniless.wallet, body, client.post(path, json=body, headers=headers))
    first = client.post(path, json=signed, headers=headers)
    again = client.post(path, json=signed, headers=headers)

    assert first.status_code == 200, first.text
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert market.contracts.registry.get_agent(penniless.id).staked == 20 * USDC


@pytest.mark.parametrize("function", ["stake", "unstake"])
def test_write__unknown_agent__is_404(market, client, penniless, function):
    """API-3: what is not there comes first."""
    body = {"walletAddress": penniless.wallet.address, "amount": "20000000"}

    assert client.post(f"/api/agents/999999999/{function}", json=body).status_code == 404


def test_stake__without_allowance__says_which_permit_to_sign(market, client, penniless):
    """API-4, STAKE-1: 401 twice: the permit, then the request; nothing is known beforehand."""
    body = {"walletAddress": penniless.wallet.address, "amount": "20000000"}
    asked = client.post(f"{penniless.path}/stake", json=body)

    assert (asked.status_code, asked.json()["error"]) == (401, "PERMIT_REQUIRED")
    typed = asked.json()["typedData"]
    assert typed["primaryType"] == "Permit"
    assert typed["message"] == {
        "owner": penniless.wallet.address,
        "spender": market.contracts.registry.address,
        "value": 20 * USDC,
        "nonce": 0,
        "deadline": typed["message"]["deadline"],
    }
    signature = f"0x{penniless.wallet.sign_typed_data(typed).hex()}"
    signed = {"deadline": typed["message"]["deadline"], "signature": signature}
    assert stake(market, penniless, permit=signed).json()["agent"]["stakedAmount"] == "20000000"


def test_stake__more_than_there_is__is_refused_before_anybody_signs(client, penniless):
    """API-4: no permit helps."""
    body = {"walletAddress": penniless.wallet.address, "amount": str(51 * USDC)}
    refused = client.post(f"{penniless.path}/stake", json=body)

    assert (refused.status_code, refused.json()["error"]) == (400, "INSUFFICIENT_FUNDS")
    assert "has 50 USDC, but needs 51" in refused.json()["detail"]


def test_stake__with_a_permit_that_is_none__is_refused_before_anybody_signs(client, penniless):
    """API-4: the call is simulated with it."""
    body = {"walletAddress": penniless.wallet.address, "amount": "20000000"}
    body["permit"] = {"deadline": 2**40, "signature": "0x" + "11" * 65}
    refused = client.post(f"{penniless.path}/stake", json=body)

    assert (refused.status_code, refused.json()["error"]) == (400, "PERMIT_REFUSED")
    assert f"by the key of {penniless.wallet.address}" in refused.json()["detail"]


def test_unstake__by_somebody_else__is_403(market, client, penniless, poster):
    """STAKE-2: only who owns the agent, or acts for it."""
    stake(market, penniless, permit=permit(market, penniless.wallet, 20 * USDC))
    body = {"walletAddress": poster.address, "amount": "20000000"}
    refused = client.post(f"{penniless.path}/unstake", json=body)

    assert (refused.status_code, refused.json()["error"]) == (403, "NotAgentOwner")


def test_unstake__more_than_is_free__is_403(market, client, penniless):
    """STAKE-2: what an open claim has locked stays."""
    body = {"walletAddress": penniless.wallet.address, "amount": "1"}
    refused = client.post(f"{penniless.path}/unstake", json=body)

    assert (refused.status_code, refused.json()["error"]) == (403, "InsufficientStake")


@pytest.mark.parametrize(
    "more",
    [
        {"txHash": "0x" + "11" * 32, "signature": "0x" + "11" * 65},
        {
            "permit": {"deadline": 1, "signature": "0x"},
            "authorization": {"validBefore": 1, "salt": "0x" + "11" * 32, "signature": "0x"},
        },
    ],
    ids=["reported and signed", "two ways to pay"],
)
def test_stake__in_two_ways__is_refused(market, client, penniless, more):
    """API-3: one body means one thing."""
    body = {"walletAddress": penniless.wallet.address, "amount": "20000000", **more}
    refused = client.post(f"{penniless.path}/stake", json=body)

    assert (refused.status_code, refused.json()["error"]) == (400, "INVALID_INPUT")
