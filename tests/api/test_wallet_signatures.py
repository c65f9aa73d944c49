"""Every kind of signature in every form that wallets give, and what is said of a wrong one.

given a signature with v of 0 or 1, of 64 bytes, or wrapped for ERC-6492
  when it is of a request, a permit or an authorization
    it is taken like one with 27 or 28
given a signature whose s is in the upper half
  when it is of a request or of a permit
    it is refused
given a permit that USDC does not take
  when it comes along
    the answer says what is wrong with it, not that the allowance is missing
given an account whose delegate vouches for nothing (EIP-7702)
  when it pays by a signature
    the answer says that it has to approve, and whom
"""

from __future__ import annotations

import pytest
from eth_account import Account

from agentescrow.chain.transactions import transact
from agentescrow.chain.typed_data import run_nonce, stake_nonce
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.wire.shape import iso_time
from artifacts import ours
from localnet import usdc
from tests.api.conftest import DAY, USDC
from tests.unit.chain.test_signatures import compact, high_s, low_v, same, wrapped

SALT = b"\x0c" * 32
FORMS = pytest.mark.parametrize("form", [same, low_v, compact, wrapped])


class Giving:
    """A wallet whose device gives signatures in another form."""

    def __init__(self, wallet, form, address=None):
        self.address = address or wallet.address
        self._wallet, self._form = wallet, form

    def sign_typed_data(self, message):
        return self._form(self._wallet.sign_typed_data(message))


@pytest.fixture
def payer(market):
    """An account with USDC and no ETH, that has approved nothing."""
    wallet = LocalWallet(market.chain.w3, Account.create())
    usdc.mint(market.chain.w3, wallet.address, 500 * USDC)
    return wallet


def permitted(client, path, wallet, form, body):
    """The body with the permit that its answer asks for."""
    asked = client.post(path, json=body)
    assert asked.json()["error"] == "PERMIT_REQUIRED", asked.text
    typed = asked.json()["typedData"]
    signature = f"0x{form(wallet.sign_typed_data(typed)).hex()}"
    return {**body, "permit": {"deadline": typed["message"]["deadline"], "signature": signature}}


def raw(contract, wallet, amount, purpose, until, form):
    """An authorization whose signature is as the wallet gives it."""
    signed = contract.authorize(wallet, amount, purpose=purpose, salt=SALT, valid_before=until)
    fields = {"from": wallet.address, "validBefore": until, "salt": f"0x{SALT.hex()}"}
    return {"authorization": {**fields, "signature": f"0x{form(signed.signature).hex()}"}}


@FORMS
def test_request__in_any_form__is_taken(market, payer, form):
    """RUN-25, API-4."""
    done = market.write(Giving(payer, form), "/api/runs", fund=False, **market.terms())

    assert done.status_code == 200, done.text


@FORMS
@pytest.mark.parametrize("path", ["post", "fund", "stake"])
def test_permit__in_any_form__is_taken(market, client, outsider, payer, form, path):
    """API-4, STAKE-1: brought into that form before it is encoded, so the request is the same."""
    body = {"walletAddress": payer.address}
    if path == "post":
        url, body = "/api/runs", {**body, **market.terms(USDC)}
    elif path == "fund":
        draft = market.write(payer, "/api/runs", fund=False, **market.terms(USDC)).json()["run"]
        url = f"/api/runs/{draft['bountyId']}/fund"
    else:
        url = f"/api/agents/{market.agent(outsider, staked=0)}/stake"
        body = {**body, "amount": str(20 * USDC)}

    done = market.write(payer, url, **permitted(client, url, payer, form, body))

    assert done.status_code == 200, done.text


@FORMS
def test_authorization_of_a_run__in_any_form__is_taken(market, payer, form):
    """API-7."""
    until, terms = market.now + DAY, RunTerms(reward=USDC, deadline=market.now + DAY)
    purpose = run_nonce(terms, "ipfs://description", SALT)
    paid = raw(market.contracts.runs, payer, terms.cost, purpose, until, form)
    body = {**market.terms(USDC), "deadline": iso_time(terms.deadline), **paid}

    assert market.write(payer, "/api/runs", **body).status_code == 200


@FORMS
def test_authorization_of_a_stake__in_any_form__is_taken(market, outsider, payer, form):
    """STAKE-1."""
    agent_id = market.agent(outsider, staked=0)
    purpose, until = stake_nonce(agent_id, SALT), market.now + DAY
    paid = raw(market.contracts.registry, payer, 20 * USDC, purpose, until, form)

    staked = market.write(payer, f"/api/agents/{agent_id}/stake", amount=str(20 * USDC), **paid)

    assert staked.status_code == 200, staked.text


@pytest.mark.parametrize("form", [same, wrapped])
def test_authorization_of_a_smart_wallet__is_taken(market, payer, outsider, form):
    """STAKE-1: ERC-1271; wallets wrap signatures although their account is deployed long since."""
    w3 = market.chain.w3
    created = w3.eth.send_transaction(
        {"from": outsider.address, "data": f"0x{ours('Erc1271Wallet').bytecode.hex()}"}
    )
    contract = w3.eth.wait_for_transaction_receipt(created)["contractAddress"]
    usdc.mint(w3, contract, 100 * USDC)
    until, terms = market.now + DAY, RunTerms(reward=USDC, deadline=market.now + DAY)
    purpose = run_nonce(terms, "ipfs://description", SALT)
    owner = Giving(outsider, same, contract)
    paid = raw(market.contracts.runs, owner, terms.cost, purpose, until, form)
    body = {**market.terms(USDC), "deadline": iso_time(terms.deadline), **paid}

    assert market.write(payer, "/api/runs", **body).status_code == 200


def test_request__high_s__is_refused(market, payer):
    """RUN-25: the other signature of the same request."""
    refused = market.write(Giving(payer, high_s), "/api/runs", fund=False, **market.terms())

    assert (refused.status_code, refused.json()["error"]) == (400, "REQUEST_REFUSED")
    assert "not canonical" in refused.json()["detail"]


def said(client, payer, body):
    answer = client.post("/api/runs", json={"walletAddress": payer.address, **body})
    return answer.status_code, answer.json()["error"], answer.json()["detail"]


def permit_of(market, wallet, amount, until=None, form=same):
    until, escrow = until or market.now + DAY, market.contracts.runs.address
    signature = form(market.contracts.usdc.sign_permit(wallet, escrow, amount, until))
    return {"permit": {"deadline": until, "signature": f"0x{signature.hex()}"}}


COST = 105 * USDC


def test_permit__of_another_key__names_both(market, client, payer, outsider):
    """API-3: nothing would tell its signer apart from an allowance that is missing."""
    status, error, detail = said(client, payer, market.terms() | permit_of(market, outsider, COST))

    assert (status, error) == (400, "PERMIT_REFUSED")
    assert f"not by {payer.address}" in detail


def test_permit__over_another_amount__says_over_what(market, client, payer):
    """API-3."""
    status, error, detail = said(client, payer, market.terms() | permit_of(market, payer, COST + 1))

    assert (status, error) == (400, "PERMIT_REFUSED")
    assert f"105 USDC for {market.contracts.runs.address} under nonce 0" in detail


@pytest.mark.parametrize(
    ("form", "words"),
    [(high_s, "upper half"), (lambda _each: b"\x07" * 65, "not signed by the key")],
    ids=["high s", "nonsense"],
)
def test_permit__no_good_signature__is_said(market, client, payer, form, words):
    """API-3, RUN-25."""
    paid = permit_of(market, payer, COST, form=form)

    status, error, detail = said(client, payer, market.terms() | paid)

    assert (status, error) == (400, "PERMIT_REFUSED")
    assert words in detail


def test_permit__expired__is_said(market, client, payer):
    """API-3."""
    paid = permit_of(market, payer, COST, market.now - 5)

    status, error, detail = said(client, payer, market.terms() | paid)

    assert (status, error) == (400, "PERMIT_REFUSED")
    assert "expired at" in detail


def test_permit__used_up_before_the_request__is_said_too(market, client, outsider, payer):
    """API-3: where the request is signed before the permit was found out to be wrong."""
    body = {"walletAddress": payer.address, **market.terms(), **permit_of(market, payer, COST)}
    asked = client.post("/api/runs", json=body)
    assert asked.json()["error"] == "SIGNATURE_REQUIRED", asked.text
    token, spender, until = market.contracts.usdc, market.contracts.runs.address, market.now + DAY
    spent = token.sign_permit(payer, spender, 1, until)
    used = "permit(address,address,uint256,uint256,bytes)"
    call = token.calldata(used, payer.address, spender, 1, until, spent)
    transact(market.chain.w3, outsider, market.contracts.usdc.address, call)

    refused = client.post("/api/runs", json=market.signed(payer, body, asked))

    assert (refused.status_code, refused.json()["error"]) == (400, "PERMIT_REFUSED")
    assert "under nonce 1" in refused.json()["detail"]


@pytest.mark.parametrize("way", ["permit", "authorization"])
def test_payment__of_an_account_whose_code_vouches_for_nothing__says_what_helps(
    market, client, payer, way
):
    """API-3: real USDC asks the code of an account that has any."""
    terms = RunTerms(reward=100 * USDC, deadline=market.now + DAY)
    purpose, until = run_nonce(terms, "ipfs://description", SALT), market.now + DAY
    escrow = market.contracts.runs
    paid = (
        permit_of(market, payer, COST)
        if way == "permit"
        else raw(escrow, payer, terms.cost, purpose, until, same)
    )
    rpc = market.chain.w3.provider.make_request
    rpc("anvil_setCode", ["0x" + "de" * 20, "0x60205ff3"])  # an empty word, whatever is asked
    rpc("anvil_setCode", [payer.address, "0xef0100" + "de" * 20])
    body = {**market.terms(), "deadline": iso_time(terms.deadline), **paid}

    status, error, detail = said(client, payer, body)

    assert (status, error) == (400, "APPROVAL_NEEDED")
    assert f"approve({escrow.address}, {COST})" in detail
