"""What a transaction offers for gas, whatever the node asks for.

given a node that asks for what is allowed: twice the base fee and the tip are offered, or the cap
given a node that asks for more: nothing is signed, and both numbers are said
given a chain id of the caller's: the cap is that chain's, whatever chain the node says it is
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from eth_account import Account
from web3 import Web3
from web3.providers import BaseProvider

from agentescrow.chain.ape_wallet import ApeWallet
from agentescrow.chain.fees import (
    BUDGET,
    GWEI,
    TRANSACTION_GAS_MAX,
    GasBudget,
    max_fee_on,
    priced,
    require_gas,
    wei_in,
    wei_of,
)
from agentescrow.chain.wallet import LocalWallet, NodeWallet
from agentescrow.errors import InvalidInput, NodeRefused, TooExpensive

BASE, BASE_SEPOLIA, LOCAL = 8453, 84532, 31337
KEY = Account.from_key("0x" + "5d" * 32)
CALL = {"from": KEY.address, "to": KEY.address, "data": "0x", "gas": 100_000}


def node(base_fee, tip):
    """A node that asks for these."""
    block = {"baseFeePerGas": base_fee}
    return SimpleNamespace(
        eth=SimpleNamespace(get_block=lambda _which: block, max_priority_fee=tip)
    )


@pytest.mark.parametrize(
    ("chain_id", "gwei"), [(BASE, 5), (BASE_SEPOLIA, 5), (LOCAL, 100), (1, 100)]
)
def test_max_fee_on__chain__has_its_own(chain_id, gwei):
    """SECURITY: Base asks for 0.005 gwei as a rule."""
    assert max_fee_on(chain_id) == gwei * GWEI


@pytest.mark.parametrize(
    ("base_fee", "tip", "offered"),
    [
        (5_000_000, 1_000_000, 11_000_000),
        (2 * GWEI, GWEI, 5 * GWEI),
        (3 * GWEI, GWEI, 5 * GWEI),
        (4 * GWEI, GWEI, 5 * GWEI),
        (0, 5 * GWEI, 5 * GWEI),
        (0, 0, 0),
    ],
)
def test_priced__asked_for_what_is_allowed__offers_it(base_fee, tip, offered):
    """SECURITY: room for several full blocks, as far as the cap."""
    tx = priced(node(base_fee, tip), dict(CALL), BASE, None)

    assert (tx["maxFeePerGas"], tx["maxPriorityFeePerGas"]) == (offered, tip)


@pytest.mark.parametrize(
    ("base_fee", "tip"),
    [
        (5 * GWEI, 1),
        (5 * GWEI + 1, 0),
        (0, 5 * GWEI + 1),
        (10**22, 0),
        (0, 10**22),
        (2**255, 2**255),
    ],
)
def test_priced__asked_for_more__is_refused_with_both_numbers(base_fee, tip):
    """SECURITY: a node could have a client offer 120 ETH for one claim."""
    with pytest.raises(TooExpensive, match="MAX_FEE_GWEI") as refused:
        priced(node(base_fee, tip), dict(CALL), BASE, None)

    error = refused.value
    assert (error.asked, error.allowed) == (base_fee + tip, 5 * GWEI)
    assert str(5 * GWEI) in str(error)


def test_priced__a_cap_of_one_s_own__counts():
    """SECURITY: more, or less, than the chain's."""
    assert priced(node(7 * GWEI, GWEI), dict(CALL), BASE, 9 * GWEI)["maxFeePerGas"] == 9 * GWEI
    with pytest.raises(TooExpensive):
        priced(node(GWEI, GWEI), dict(CALL), BASE, 2 * GWEI - 1)


@pytest.mark.parametrize(("base_fee", "tip"), [(-1, 2), (2, -1), (-(10**30), 10**30)])
def test_priced__less_than_nothing__makes_no_sense(base_fee, tip):
    """SECURITY: two numbers that add up to little are no little ones."""
    with pytest.raises(NodeRefused, match="no sense"):
        priced(node(base_fee, tip), dict(CALL), BASE, None)


def test_priced__more_gas_than_a_transaction_may_have__is_refused():
    """SECURITY: the last thing before it is signed, whoever has estimated it."""
    with pytest.raises(TooExpensive):
        priced(node(1, 1), CALL | {"gas": TRANSACTION_GAS_MAX + 1}, BASE, None)


def test_priced__fees_of_a_replacement__stay_below_the_cap():
    """SECURITY: what is outbid may be the node's invention too."""
    dear = CALL | {"maxFeePerGas": 5 * GWEI, "maxPriorityFeePerGas": 1}

    assert priced(node(1, 1), dict(dear), BASE, None) == dear
    with pytest.raises(TooExpensive) as refused:
        priced(node(1, 1), dear | {"maxFeePerGas": 5 * GWEI + 1}, BASE, None)
    assert refused.value.asked == 5 * GWEI + 1


def test_require_gas__bound__is_allowed():
    require_gas(7, 7)
    with pytest.raises(TooExpensive, match="asks for 8 gas, and 7 are allowed"):
        require_gas(8, 7)


@pytest.mark.parametrize(
    ("text", "wei"),
    [("5", 5 * GWEI), ("0.005", 5_000_000), ("0.000000001", 1), ("1e2", 100 * GWEI)],
)
def test_wei_of__gwei__is_exact(text, wei):
    assert wei_of(text, "MAX_FEE_GWEI") == wei


@pytest.mark.parametrize(
    "text", ["", "five", "0", "-1", "0.0000000001", "nan", "inf", "1e30", "1,5"]
)
def test_wei_of__anything_else__is_refused(text):
    with pytest.raises(InvalidInput, match="MAX_FEE_GWEI"):
        wei_of(text, "MAX_FEE_GWEI")


class Greedy(BaseProvider):
    """A node that asks for a thousand gwei, and notes what it is sent."""

    def __init__(self, chain_id):
        super().__init__()
        self._chain_id = chain_id
        self.sent = []

    def make_request(self, method, params):
        block = {"number": "0x1", "baseFeePerGas": hex(1000 * GWEI), "extraData": "0x"}
        answers = {
            "eth_chainId": hex(self._chain_id),
            "eth_getBlockByNumber": block,
            "eth_maxPriorityFeePerGas": "0x1",
            "eth_getTransactionCount": "0x0",
        }
        if method not in answers:
            self.sent.append(method)
        return {"jsonrpc": "2.0", "id": 1, "result": answers.get(method, f"0x{7:064x}")}


class ApeAccount:
    """An account as Ape has them, which is asked for nothing here."""

    address = KEY.address


WALLETS = {
    "local": lambda w3, **more: LocalWallet(w3, KEY, **more),
    "of the node": lambda w3, **more: NodeWallet(w3, KEY.address, **more),
    "ape": lambda w3, **more: ApeWallet(w3, ApeAccount(), **more),
}
KINDS = pytest.mark.parametrize("make", WALLETS.values(), ids=WALLETS)


@KINDS
@pytest.mark.parametrize("chain_id", [BASE, BASE_SEPOLIA, LOCAL])
def test_transact__node_asks_for_too_much__sends_nothing(make, chain_id):
    """SECURITY: whoever keeps the key."""
    greedy = Greedy(chain_id)

    with pytest.raises(TooExpensive) as refused:
        make(Web3(greedy)).transact(dict(CALL))

    assert refused.value.allowed == max_fee_on(chain_id)
    assert greedy.sent == []


@KINDS
def test_transact__node_says_another_chain__has_the_cap_of_the_one_that_is_meant(make):
    """SECURITY: it chooses neither the chain that is signed for nor the cap."""
    with pytest.raises(TooExpensive) as refused:
        make(Web3(Greedy(LOCAL))).transact({**CALL, "chainId": BASE})

    assert refused.value.allowed == 5 * GWEI


@KINDS
def test_transact__cap_of_one_s_own__counts(make):
    """SECURITY: it is the caller's to say."""
    with pytest.raises(TooExpensive) as refused:
        make(Web3(Greedy(BASE)), max_fee=7).transact(dict(CALL))

    assert refused.value.allowed == 7


@pytest.mark.parametrize(
    ("text", "wei"),
    [("1", 10**18), ("0.000000000000000001", 1), ("79228162514.264337593543950335", 2**96 - 1)],
)
def test_wei_in__eth__is_exact(text, wei):
    assert wei_in(text, "eth") == wei


@pytest.mark.parametrize(
    "text", ["", "x", "0", "-1", "0.0000000000000000001", "NaN", "Infinity", "1e99"]
)
def test_wei_in__what_is_no_amount__is_refused(text):
    with pytest.raises(InvalidInput, match="eth"):
        wei_in(text, "eth")


def test_budget__of_several_transactions__is_not_exceeded():
    """RUN-14: what they offer together, to the wei; more than is left is not set aside."""
    budget = GasBudget(100)
    budget.take({"gas": 9, "maxFeePerGas": 10})
    with pytest.raises(
        TooExpensive, match="asks for 11 wei for gas, and 10 are allowed"
    ) as refused:
        budget.take({"gas": 11, "maxFeePerGas": 1})
    assert refused.value.what == BUDGET
    budget.take({"gas": 5, "maxFeePerGas": 2})
    assert budget.left == 0
    GasBudget().take({"gas": 10**30, "maxFeePerGas": 10**30})


def test_transact__budget_used_up__signs_nothing():
    """RUN-14: found out before the transaction leaves."""
    greedy = Greedy(BASE)
    wallet = LocalWallet(Web3(greedy), KEY, max_fee=10**30, budget=GasBudget(10**9))
    with pytest.raises(TooExpensive, match=BUDGET):
        wallet.transact(dict(CALL))
    assert greedy.sent == []
