"""How a poster pays without having approved anything: EIP-3009, for one run alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentescrow import AgentClient, InsufficientFunds, InvalidInput, Refused
from agentescrow.chain.usdc import usdc_domain
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.run import RunState
from tests.sdk.conftest import USDC


class Recording:
    """A wallet that notes what it signs."""

    def __init__(self, wallet):
        self._wallet = wallet
        self.address = wallet.address
        self.signed = []

    def transact(self, tx):
        return self._wallet.transact(tx)

    def sign_typed_data(self, message):
        self.signed.append(message)
        return self._wallet.sign_typed_data(message)


@pytest.fixture
def wallet(market):
    """The poster's."""
    return Recording(LocalWallet(market.chain.w3, market.chain.accounts["poster"]))


WAYS = {"direct": (False, True), "gasless": (True, True), "gasless without a node": (True, False)}


@pytest.mark.parametrize(("gasless", "node"), WAYS.values(), ids=WAYS)
def test_create__without_an_allowance__pays_by_authorization(market, wallet, gasless, node):
    """API-7: over reward and fee, to RunEscrow, for this run alone; nothing is approved."""
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    before = usdc.balance_of(wallet.address)
    with AgentClient(
        market.api_url, signer=wallet, **market.options(None, gasless, node)
    ) as poster:
        run = poster.runs.create(10 * USDC, "+1d", "ipfs://description")
    assert (run.state, run.poster_address) == (RunState.OPEN, wallet.address)
    assert before - usdc.balance_of(wallet.address) == run.reward + run.fee
    assert usdc.allowance(wallet.address, escrow.address) == 0
    paid = wallet.signed[0]
    assert paid["primaryType"] == "ReceiveWithAuthorization"
    assert paid["domain"]["verifyingContract"] == usdc.address
    assert paid["message"]["to"] == escrow.address
    assert paid["message"]["value"] == run.reward + run.fee
    kinds = [message["primaryType"] for message in wallet.signed]
    assert kinds == ["ReceiveWithAuthorization"]  # which is enough, whoever sends it


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_create__with_an_allowance__uses_it(market, wallet, gasless):
    """API-7: cheaper, and as the poster meant it."""
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    usdc.approve(wallet, escrow.address, 105 * USDC)
    with AgentClient(
        market.api_url, signer=wallet, **market.options(None, gasless, True)
    ) as poster:
        poster.runs.create(100 * USDC, "+1d", "ipfs://description")
    assert usdc.allowance(wallet.address, escrow.address) == 0
    assert "ReceiveWithAuthorization" not in {each["primaryType"] for each in wallet.signed}


@pytest.mark.parametrize(("gasless", "node"), WAYS.values(), ids=WAYS)
def test_stake__and_unstake__need_no_allowance_and_no_ether(market, client, gasless, node):
    """API-7: a deposit for this agent alone, and back again."""
    agent_id = client("agent").agents.register().id
    key = market.chain.accounts["agent"]
    wallet = Recording(LocalWallet(market.chain.w3, key))
    usdc, registry = market.contracts.usdc, market.contracts.registry
    before = usdc.balance_of(wallet.address)
    options = market.options(None, gasless, node)
    with AgentClient(market.api_url, signer=wallet, **options) as agent:
        assert agent.agents.stake(agent_id, 20 * USDC).can_claim_runs
        assert registry.get_agent(agent_id).staked == 20 * USDC
        paid = wallet.signed[0]
        assert (paid["primaryType"], paid["message"]["value"]) == (
            "ReceiveWithAuthorization",
            20 * USDC,
        )
        assert paid["message"]["to"] == registry.address
        assert agent.agents.unstake(agent_id, 20 * USDC).staked_amount == 0
        with pytest.raises(InvalidInput, match="an address"):
            agent.agents.unstake(agent_id, 1, "0x1")
    assert usdc.balance_of(wallet.address) == before
    assert usdc.allowance(wallet.address, registry.address) == 0


def test_create__draft__signs_for_no_money(market, wallet):
    options = market.options(None, True, False)
    with AgentClient(market.api_url, signer=wallet, **options) as poster:
        assert poster.runs.create(USDC, "+1d", "ipfs://x", fund=False).state == RunState.DRAFT
    assert [message["primaryType"] for message in wallet.signed] == ["ForwardRequest"]


@pytest.mark.parametrize(("gasless", "node"), WAYS.values(), ids=WAYS)
def test_fund__without_an_allowance__pays_by_permit(market, wallet, gasless, node):
    """API-7, STAKE-1: over reward and fee of the draft, to RunEscrow; permit and call are one."""
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    options = market.options(None, gasless, node)
    with AgentClient(market.api_url, signer=wallet, **options) as poster:
        draft = poster.runs.create(10 * USDC, "+1d", "ipfs://x", fund=False)
        wallet.signed.clear()
        before = usdc.balance_of(wallet.address)
        assert poster.runs.fund(draft.bounty_id).state == RunState.OPEN
    assert before - usdc.balance_of(wallet.address) == draft.reward + draft.fee
    assert usdc.allowance(wallet.address, escrow.address) == 0
    permit = wallet.signed[0]
    assert (permit["primaryType"], permit["message"]["spender"]) == ("Permit", escrow.address)
    assert permit["message"]["value"] == draft.reward + draft.fee
    kinds = [message["primaryType"] for message in wallet.signed]
    assert kinds == ["Permit", *["ForwardRequest"][: int(gasless)]]


@pytest.mark.parametrize(("gasless", "node"), WAYS.values(), ids=WAYS)
def test_fund__with_an_allowance__signs_no_permit(market, wallet, gasless, node):
    """API-7: the allowance pays, and what is left of it stays: a permit would replace it."""
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    options = market.options(None, gasless, node)
    with AgentClient(market.api_url, signer=wallet, **options) as poster:
        draft = poster.runs.create(10 * USDC, "+1d", "ipfs://x", fund=False)
        usdc.approve(wallet, escrow.address, 100 * USDC)
        assert poster.runs.fund(draft.bounty_id).state == RunState.OPEN
    assert "Permit" not in {each["primaryType"] for each in wallet.signed}
    assert usdc.allowance(wallet.address, escrow.address) == 100 * USDC - draft.reward - draft.fee
    usdc.approve(wallet, escrow.address, 0)


def test_fund__too_little_usdc__is_refused_before_anything_is_signed(market, wallet):
    """API-4, API-7: and it says how much is missing."""
    options = market.options(None, True, False)
    with AgentClient(market.api_url, signer=wallet, **options) as poster:
        draft = poster.runs.create(10**6 * USDC, "+1d", "ipfs://x", fund=False)
        wallet.signed.clear()
        with pytest.raises(Refused, match="needs 1050000") as caught:
            poster.runs.fund(draft.bounty_id)
    assert (caught.value.code, caught.value.error) == (400, "INSUFFICIENT_FUNDS")
    assert wallet.signed == []


def test_create__too_little_usdc__is_said_before_anything_is_signed(market, wallet):
    options = market.options(None, True, True)
    with (
        AgentClient(market.api_url, signer=wallet, **options) as poster,
        pytest.raises(InsufficientFunds, match="USDC"),
    ):
        poster.runs.create(10**6 * USDC, "+1d", "ipfs://x")
    assert wallet.signed == []


def test_usdc_domain__without_a_node__is_the_chain_s(market):
    """The name differs from chain to chain: "USD Coin" on Base."""
    deployment = market.contracts.deployment
    assert usdc_domain(deployment) == market.contracts.usdc.eip712_domain()
    assert usdc_domain(replace(deployment, chain_id=8453)).name == "USD Coin"
