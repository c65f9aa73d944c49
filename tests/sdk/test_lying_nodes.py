"""Nodes that lie about what a client has sent: nothing is paid twice, or signed for another chain.

given a payment by an allowance, which nothing but its client keeps from being made twice
  when the node says that its transaction has failed, or did something else: the same once more is
    the run that it has made
  when Ctrl-C comes while it is waited for: the same once more is the run that it has made
given a transaction that holds calls of others beside the client's: the run is the client's own
given a node that speaks of another chain, or of another token, once it was believed
  when a permit or an authorization is signed: it is for the chain and the token of the record
"""

from __future__ import annotations

import json
import signal
from contextlib import ExitStack, suppress

import pytest
from eth_utils.crypto import keccak

from agentescrow import AgentClient, AgentEscrowError, Refused, TransactionFailed
from agentescrow.chain import transactions
from agentescrow.chain.connection import chain_time
from agentescrow.chain.typed_data import terms_tuple
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.runs.terms import RunTerms
from tests.indexer.faulty_node import FaultyNode
from tests.sdk.conftest import USDC
from tests.sdk.test_payments import Recording

COST = USDC * 105 // 100
STRANGER = "0x" + "66" * 20


class Lying:
    """Changes the answers to some methods, while it lies."""

    def __init__(self, **lies):
        self.lies, self.is_lying = lies, True

    def __call__(self, question, answer):
        lie = self.lies.get(question["method"])
        if self.is_lying and lie is not None and answer.get("result"):
            answer["result"] = lie(question, answer["result"])
        return 200, json.dumps(answer).encode()


@pytest.fixture
def behind(market):
    """Makes clients whose node is behind one that lies."""
    with ExitStack() as opened:

        def make(lying, role="poster", **more):
            node = opened.enter_context(FaultyNode(market.chain.url))
            node.fault = lambda: lying
            options = market.options(None if "signer" in more else role, False, True)
            options["rpc_url"] = node.url
            return opened.enter_context(AgentClient(market.api_url, **options, **more))

        yield make


@pytest.fixture
def poster(market):
    """The poster's own wallet."""
    return LocalWallet(market.chain.w3, market.chain.accounts["poster"])


@pytest.fixture
def allowed(market, poster):
    """An allowance of the poster's for ten runs; tells what was spent of it."""
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    usdc.approve(poster, escrow.address, 10 * COST)
    yield lambda: 10 * COST - usdc.allowance(poster.address, escrow.address)
    usdc.approve(poster, escrow.address, 0)


@pytest.fixture
def ctrl_c():
    """Makes Ctrl-C a KeyboardInterrupt, as Python does; Ape ends the process instead."""
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, usual)


def receipt_with(**changed):
    return {"eth_getTransactionReceipt": lambda _question, receipt: {**receipt, **changed}}


RECEIPTS = {
    "failed": receipt_with(status="0x0"),
    "failed without logs": receipt_with(status="0x0", logs=[]),
    "without logs": receipt_with(logs=[]),
    "logs of an approval": {
        "eth_getTransactionReceipt": lambda _question, receipt: {
            **receipt,
            "logs": receipt["logs"][:1],
        }
    },
}


@pytest.mark.parametrize("lies", RECEIPTS.values(), ids=RECEIPTS)
def test_create__by_allowance__false_receipt__again_is_the_same_run(
    market, behind, allowed, monkeypatch, lies
):
    """API-7: the retry of what has failed by a receipt alone would pay twice."""
    monkeypatch.setattr(transactions, "_WAIT_SECONDS", 0)
    lying, before = Lying(**lies), market.contracts.runs.run_count()
    client = behind(lying)
    for _ in range(3):
        with suppress(AgentEscrowError):
            client.runs.create(USDC, "+2d", "ipfs://false-receipt")
            break
    assert market.contracts.runs.run_count() == before + 1
    assert allowed() == COST


def test_create__by_allowance__has_failed__again_pays(market, behind, allowed):
    """API-7: a node that is honest about a failure is believed."""
    failing = Lying(
        eth_estimateGas=lambda _question, _gas: hex(60_000)  # too little: it runs out of gas
    )
    client, before = behind(failing), market.contracts.runs.run_count()
    with pytest.raises(AgentEscrowError):
        client.runs.create(USDC, "+2d", "ipfs://out-of-gas")
    failing.is_lying = False
    assert client.runs.create(USDC, "+2d", "ipfs://out-of-gas").bounty_id == before + 1
    assert allowed() == COST


@pytest.mark.parametrize("method", ["eth_sendRawTransaction", "eth_getTransactionReceipt"])
def test_create__by_allowance__ctrl_c__again_is_the_same_run(
    market, behind, allowed, ctrl_c, method
):
    """API-7: whoever breaks off and tries again means one run."""

    def press(_question, result):
        interrupting.is_lying = False
        signal.raise_signal(signal.SIGINT)
        return result

    interrupting = Lying(**{method: press})
    client, escrow = behind(interrupting), market.contracts.runs
    with pytest.raises(KeyboardInterrupt):
        client.runs.create(USDC, "+2d", "ipfs://broken-off")
    assert client.runs.create(USDC, "+2d", "ipfs://broken-off").bounty_id == escrow.run_count()
    assert allowed() == COST


class Batching:
    """A wallet that sends another draft along with what it is given, after or before it."""

    def __init__(self, wallet, escrow, *, other_first):
        self._wallet, self._escrow, self._other_first = wallet, escrow, other_first
        self.address = wallet.address

    def sign_typed_data(self, message):
        return self._wallet.sign_typed_data(message)

    def transact(self, tx):
        escrow = self._escrow
        other = RunTerms(7 * USDC, chain_time(escrow.w3) + 86_400)
        calls = [tx["data"], escrow.calldata("createRun", terms_tuple(other), "ipfs://other")]
        data = escrow.multicall_data(calls[::-1] if self._other_first else calls)
        return self._wallet.transact({**tx, "data": data, "gas": 2 * tx["gas"]})


@pytest.mark.parametrize("other_first", [True, False], ids=["other first", "other last"])
@pytest.mark.parametrize("fund", [True, False], ids=["posted", "draft"])
def test_create__in_a_batch_with_another__has_its_own_run(
    market, behind, poster, fund, other_first
):
    """API-7: the last run of a receipt may be of terms that nobody has asked for."""
    wallet = Batching(poster, market.contracts.runs, other_first=other_first)
    run = behind(Lying(), signer=wallet).runs.create(USDC, "+2d", "ipfs://mine", fund=fund)

    assert (run.reward, run.ipfs_hash) == (USDC, "ipfs://mine")
    assert run.state == (RunState.OPEN if fund else RunState.DRAFT)


def test_create__receipt_of_another_s_run__is_not_taken(
    market, client, behind, run_id, monkeypatch
):
    """API-7: a client that funds, or approves, what it has "created" must have created it."""
    monkeypatch.setattr(transactions, "_WAIT_SECONDS", 0)
    transaction = client().runs.get(run_id).events[0].transaction_hash
    asked = ("eth_getTransactionReceipt", [transaction])
    logs = market.chain.w3.provider.make_request(*asked)["result"]["logs"]
    with pytest.raises(TransactionFailed, match="no RunCreated of what was asked for"):
        behind(Lying(**receipt_with(logs=logs))).runs.create(USDC, "+2d", "ipfs://mine", fund=False)


def asks(question, function):
    call = question["params"][0]
    return call.get("data", call.get("input", "")).startswith(
        "0x" + keccak(text=function)[:4].hex()
    )


class Elsewhere(Lying):
    """Once the token's name was asked for, it serves another chain, or another token."""

    def __init__(self, *, chain):
        super().__init__(eth_call=self._called, eth_chainId=self._chain_id)
        self._is_asked, self._chain = False, chain

    def _called(self, question, result):
        if asks(question, "USDC()"):
            return result if self._chain else "0x" + STRANGER[2:].zfill(64)
        self._is_asked = self._is_asked or asks(question, "name()")
        return result

    def _chain_id(self, _question, result):
        return hex(8453) if self._chain and self._is_asked else result


@pytest.mark.parametrize("chain", [True, False], ids=["chain", "token"])
@pytest.mark.parametrize("way", ["permit", "authorization"])
def test_sign__node_that_speaks_of_another__is_signed_for_the_record(
    market, behind, poster, chain, way
):
    """SECURITY: a signature for Base must not come from a client of a test chain."""
    market.contracts.usdc.approve(poster, market.contracts.runs.address, 0)
    wallet = Recording(poster)
    client = behind(Elsewhere(chain=chain), signer=wallet)
    if way == "permit":
        draft = client.runs.create(USDC, "+2d", "ipfs://draft", fund=False)
        with suppress(Refused):
            client.runs.fund(draft.bounty_id)
    else:
        client.runs.create(USDC, "+2d", "ipfs://posted")
    deployment = market.contracts.deployment
    assert len(wallet.signed) == 1
    domain = wallet.signed[0]["domain"]
    assert (domain["chainId"], domain["verifyingContract"]) == (
        deployment.chain_id,
        deployment.usdc,
    )
