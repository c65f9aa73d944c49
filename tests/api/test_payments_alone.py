"""Runs posted and stakes put in by the payer's one signature (API-4, API-7).

given an account with USDC and no ETH, or a smart-contract wallet
  when its authorization comes along: the relayer sends the call, and nothing else is signed
  when the authorization is not the payer's: it is refused, and nothing is kept of it
  when somebody else sends it first: it is done once, by that transaction
  when its nonce is used for something else first: it has failed
  when it is valid for a year: it waits for a day at most
"""

from __future__ import annotations

import pytest
from eth_account import Account
from sqlalchemy import select

from agentescrow.chain.typed_data import receive_with_authorization, run_nonce, stake_nonce
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.store.people.idempotency import KeyName, find_key
from agentescrow.store.people.tables import relays
from agentescrow.wire.shape import iso_time
from artifacts import ours
from localnet import usdc
from tests.api.conftest import DAY, USDC
from tests.waiting import until

KEY = {"Idempotency-Key": "order-1"}


@pytest.fixture
def payer(market):
    """An account with USDC and no ETH, that has approved nothing."""
    wallet = LocalWallet(market.chain.w3, Account.create())
    usdc.mint(market.chain.w3, wallet.address, 500 * USDC)
    return wallet


class Contract:
    """A smart-contract wallet, for which its holder signs (ERC-1271)."""

    def __init__(self, w3, holder):
        code = {"from": holder.address, "data": f"0x{ours('Erc1271Wallet').bytecode.hex()}"}
        made = w3.eth.wait_for_transaction_receipt(w3.eth.send_transaction(code))
        self.address, self._holder = made["contractAddress"], holder

    def sign_typed_data(self, message):
        return self._holder.sign_typed_data(message)


@pytest.fixture
def contract(market, outsider):
    """A smart-contract wallet with USDC."""
    wallet = Contract(market.chain.w3, outsider)
    usdc.mint(market.chain.w3, wallet.address, 500 * USDC)
    return wallet


def authorization(market, wallet, payee, amount, purpose, salt, valid_seconds=DAY):
    signed = payee.authorize(
        wallet, amount, purpose=purpose, salt=salt, valid_before=market.now + valid_seconds
    )
    return {
        "from": wallet.address,
        "validBefore": str(signed.valid_before),
        "salt": f"0x{salt.hex()}",
        "signature": f"0x{signed.signature.hex()}",
    }


def posting(market, wallet, salt=b"\x0d" * 32, valid_seconds=DAY):
    """What posts a run of this wallet's by itself."""
    terms = RunTerms(reward=USDC, deadline=market.now + DAY)
    purpose = run_nonce(terms, "ipfs://description", salt)
    escrow = market.contracts.runs
    paid = authorization(market, wallet, escrow, terms.cost, purpose, salt, valid_seconds)
    deadline = {"deadline": iso_time(terms.deadline), "walletAddress": wallet.address}
    return {**market.terms(USDC), **deadline, "authorization": paid}


@pytest.mark.parametrize("kind", ["payer", "contract"])
def test_post__with_an_authorization_alone__posts_for_the_payer(market, client, request, kind):
    """API-4: one signature, no ETH; of a smart-contract wallet too."""
    wallet = request.getfixturevalue(kind)
    posted = client.post("/api/runs", json=posting(market, wallet))

    assert posted.status_code == 200, posted.text
    assert posted.json()["run"]["posterAddress"] == wallet.address
    assert posted.json()["run"]["state"] == "OPEN"
    assert market.contracts.usdc.balance_of(wallet.address) == 500 * USDC - 1_050_000


@pytest.mark.parametrize("kind", ["payer", "contract"])
def test_stake__with_an_authorization_alone__stakes(market, client, outsider, request, kind):
    """API-7, STAKE-1: anybody's USDC for any agent, by one signature."""
    wallet, agent_id = request.getfixturevalue(kind), market.agent(outsider, staked=0)
    salt, registry = b"\x0e" * 32, market.contracts.registry
    purpose = stake_nonce(agent_id, salt)
    paid = authorization(market, wallet, registry, 20 * USDC, purpose, salt)
    body = {"amount": str(20 * USDC), "walletAddress": wallet.address, "authorization": paid}
    staked = client.post(f"/api/agents/{agent_id}/stake", json=body)

    assert staked.status_code == 200, staked.text
    assert staked.json()["agent"]["isStaked"] is True


def test_post__sent_again__is_done_once(market, client, payer):
    """API-4: the same authorization is the same request, with a key and without."""
    body, before = posting(market, payer), market.contracts.runs.run_count()
    first = client.post("/api/runs", json=body, headers=KEY)
    again = client.post("/api/runs", json=body, headers=KEY)
    resigned = client.post("/api/runs", json=posting(market, payer, b"\x0f" * 32) | {
        "deadline": body["deadline"]}, headers=KEY)  # fmt: skip

    assert first.status_code == 200, first.text
    assert again.content == first.content == client.post("/api/runs", json=body).content
    assert resigned.status_code == 200, resigned.text
    assert resigned.json()["run"]["bountyId"] == first.json()["run"]["bountyId"]
    assert market.contracts.runs.run_count() == before + 1


def test_post__authorization_of_another__is_refused_and_nothing_is_kept(
    market, client, payer, outsider
):
    """API-4: whoever names a payer has no key of the payer's."""
    forged = posting(market, payer)
    forged["authorization"]["signature"] = posting(market, outsider)["authorization"]["signature"]
    refused = client.post("/api/runs", json=forged, headers=KEY)

    assert refused.status_code == 400, refused.text
    with market.service.database.connect() as connection:
        assert find_key(connection, KeyName(payer.address, "order-1")) is None
    assert client.post("/api/runs", json=posting(market, payer), headers=KEY).status_code == 200


def overtaken(market, body, outsider, call_of):
    """Post, and let an outsider's call come first; the request's number."""
    w3 = market.chain.w3
    w3.provider.make_request("evm_setAutomine", [False])
    try:
        with market.another_app(write_timeout=0) as impatient:
            asked = impatient.post("/api/runs", json=body)
            assert asked.status_code == 202, asked.text
        request_id = asked.json()["id"]
        to, data = call_of(market.service.admission.find(request_id))
        dear = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**11}
        w3.eth.send_transaction(
            {"from": outsider.address, "to": to, "data": data, "gas": 500_000, **dear}
        )
        w3.provider.make_request("evm_mine", [])
    finally:
        w3.provider.make_request("evm_setAutomine", [True])
    return request_id


def test_post__somebody_else_was_quicker__is_done_once(market, client, payer, outsider):
    """API-4: anybody may send it; the payer's run is there, by whichever transaction."""
    body, escrow = posting(market, payer), market.contracts.runs
    before = escrow.run_count()
    overtaken(market, body, outsider, lambda relay: (escrow.address, relay.execute))
    posted = client.post("/api/runs", json=body)

    assert posted.status_code == 200, posted.text
    assert posted.json()["run"]["posterAddress"] == payer.address
    assert escrow.run_count() == before + 1


def test_post__payer_uses_the_nonce_for_another_payee__has_failed(market, payer, outsider):
    """API-4: what another transaction has paid for is no run."""
    usdc_contract, before = market.contracts.usdc, market.contracts.runs.run_count()

    def elsewhere(relay):
        nonce = relay.signer_nonce.to_bytes(32, "big")
        terms = {"value": 1, "valid_after": 0, "valid_before": market.now + DAY, "nonce": nonce}
        message = receive_with_authorization(
            usdc_contract.eip712_domain(), payer=payer.address, payee=outsider.address, **terms
        )
        signature = payer.sign_typed_data(message)
        function = "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)"
        args = (payer.address, outsider.address, *terms.values(), signature)
        return usdc_contract.address, usdc_contract.calldata(function, *args)

    request_id = overtaken(market, posting(market, payer), outsider, elsewhere)
    find = market.service.admission.find
    until(lambda: find(request_id).status != "pending", meanwhile=market.pulse.beat)

    relay = find(request_id)
    assert (relay.status, relay.problem) == (
        "failed",
        "The authorization was used by another transaction.",
    )
    assert market.contracts.runs.run_count() == before


def test_post__valid_for_a_year__waits_a_day_at_most(market, client, payer):
    """API-4: a queue that keeps requests for a year is one that can be filled."""
    paid = posting(market, payer, valid_seconds=365 * DAY)
    asked = client.post("/api/runs", json=paid)

    assert asked.status_code == 200, asked.text
    with market.service.database.connect() as connection:
        last = connection.execute(select(relays).order_by(relays.c.sequence.desc())).first()
    assert last.signer == payer.address
    assert last.deadline <= market.now + DAY
