"""Accounts with a key and with code: an EIP-7702 delegation, which wallets set with one click.

Real USDC asks the code of an account that has any whether it vouches for a signature (ERC-1271).

given an account whose delegate vouches for nothing
  when it posts, funds or stakes by transactions of its own
    it approves first, and that is done
  when the relayer is to carry it
    it is told which contract to approve, and nothing is sent; once it has approved, it is done
  when the payment is to be made once under a key of the caller's
    it is refused: nothing would bind an approval to the key
given an account whose delegate vouches for its key
  when it posts
    it signs, and approves nothing
"""

from __future__ import annotations

import pytest
from eth_account import Account

from agentescrow import AgentClient, ApprovalNeeded, InvalidInput, Refused
from agentescrow.chain.connection import chain_time
from agentescrow.chain.forwarder import GaslessWallet
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.run import RunState
from localnet import usdc
from tests.sdk.conftest import USDC

NO = "0x" + "de" * 20
NO_CODE = "0x60205ff3"  # answers whatever it is asked with an empty word
YES = "0x" + "ad" * 20
# Answers whatever it is asked with ERC-1271's magic value: PUSH4 SHL MSTORE RETURN.
YES_CODE = "0x631626ba7e60e01b5f5260205ff3"


@pytest.fixture
def rpc(market):
    def ask(method, *params):
        answer = market.chain.w3.provider.make_request(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    return ask


@pytest.fixture
def delegated(market, rpc):
    """Makes an account with USDC that has delegated by a real transaction of EIP-7702."""
    rpc("anvil_setCode", NO, NO_CODE)
    rpc("anvil_setCode", YES, YES_CODE)
    w3 = market.chain.w3

    def make(delegate):
        account, payer = Account.create(), Account.create()
        for each in (account, payer):
            rpc("anvil_setBalance", each.address, hex(10**18))
        usdc.mint(w3, account.address, 500 * USDC)
        consent = {"chainId": w3.eth.chain_id, "address": delegate, "nonce": 0}
        transaction = {
            "type": 4,
            "chainId": w3.eth.chain_id,
            "nonce": 0,
            "to": account.address,
            "value": 0,
            "gas": 200_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 10**9,
            "authorizationList": [account.sign_authorization(consent)],
        }
        sent = w3.eth.send_raw_transaction(payer.sign_transaction(transaction).raw_transaction)
        assert w3.eth.wait_for_transaction_receipt(sent)["status"] == 1
        assert w3.eth.get_code(account.address) == bytes.fromhex(f"ef0100{delegate[2:]}")
        return account

    return make


@pytest.fixture
def client_for(market):
    """Makes clients of an account's key, and closes them with the test."""
    made = []

    def make(account, *, gasless=False, node=True):
        options = market.options(None, gasless, node)
        made.append(AgentClient(market.api_url, private_key=account.key.to_0x_hex(), **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_create__delegate_vouches_for_nothing__approves(market, delegated, client_for):
    """API-7: reward and fee, and no more than that."""
    account = delegated(NO)
    run = client_for(account).runs.create(10 * USDC, "+1d", "ipfs://description")

    assert (run.state, run.poster_address) == (RunState.OPEN, account.address)
    allowance = market.contracts.usdc.allowance(account.address, market.contracts.runs.address)
    assert allowance == 0


def test_fund__delegate_vouches_for_nothing__approves(delegated, client_for):
    """API-7: a permit is a signature too, and RunEscrow does not say that USDC refused it."""
    poster = client_for(delegated(NO))
    draft = poster.runs.create(10 * USDC, "+1d", "ipfs://description", fund=False)

    assert poster.runs.fund(draft.bounty_id).state == RunState.OPEN


def test_stake__delegate_vouches_for_nothing__approves(client, delegated, client_for):
    """STAKE-1, API-7."""
    agent_id = client("agent").agents.register("ipfs://agent").id

    assert client_for(delegated(NO)).agents.stake(agent_id, 20 * USDC).is_staked


def test_gasless__delegate_vouches_for_nothing__says_whom_to_approve(
    market, client, delegated, client_for
):
    """API-7: before anything is sent; the allowance pays then."""
    account, escrow, registry = delegated(NO), market.contracts.runs, market.contracts.registry
    agent_id = client("agent").agents.register("ipfs://agent").id
    gasless = client_for(account, gasless=True)

    with pytest.raises(ApprovalNeeded) as posting:
        gasless.runs.create(10 * USDC, "+1d", "ipfs://description")
    with pytest.raises(ApprovalNeeded) as staking:
        gasless.agents.stake(agent_id, 20 * USDC)

    needed = posting.value
    assert (needed.account, needed.spender, needed.amount) == (
        account.address,
        escrow.address,
        10_500_000,
    )
    assert f"approve({registry.address}, 20000000)" in str(staking.value)
    wallet = LocalWallet(market.chain.w3, account)
    market.contracts.usdc.approve(wallet, escrow.address, needed.amount)
    assert gasless.runs.create(10 * USDC, "+1d", "ipfs://description").state == RunState.OPEN


def test_gasless__without_a_node__is_told_by_the_api(delegated, client_for):
    """API-3: whoever has no node hears it from the API, a permit's failure too."""
    gasless = client_for(delegated(NO), gasless=True, node=False)
    with pytest.raises(Refused, match="approve") as posting:
        gasless.runs.create(10 * USDC, "+1d", "ipfs://description")
    draft = gasless.runs.create(10 * USDC, "+1d", "ipfs://description", fund=False)
    with pytest.raises(Refused, match="approve") as funding:
        gasless.runs.fund(draft.bounty_id)

    assert (posting.value.code, posting.value.error) == (400, "APPROVAL_NEEDED")
    assert (funding.value.code, funding.value.error) == (400, "APPROVAL_NEEDED")


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_create__under_a_key__is_refused(market, delegated, client_for, gasless):
    """API-7: a key that was given must not pay twice; an approval pays as often as it is used."""
    before = market.contracts.runs.run_count()
    poster = client_for(delegated(NO), gasless=gasless)

    with pytest.raises(InvalidInput, match="idempotency_key"):
        poster.runs.create(USDC, "+1d", "ipfs://description", idempotency_key="order-17")

    assert market.contracts.runs.run_count() == before


def test_create__delegate_vouches__signs_and_approves_nothing(market, delegated, client_for):
    """API-7: the common case of a delegation."""
    account = delegated(YES)
    approvals = market.chain.w3.eth.get_transaction_count(account.address)
    run = client_for(account).runs.create(10 * USDC, "+1d", "ipfs://description")

    assert run.state == RunState.OPEN
    assert market.chain.w3.eth.get_transaction_count(account.address) == approvals + 1


def test_gasless_wallet__delegate_vouches_for_nothing__says_whom_to_approve(market, delegated):
    """RUN-19: USDC takes no call from the forwarder, so this wallet cannot approve."""
    w3, contracts = market.chain.w3, market.contracts
    signer = LocalWallet(w3, delegated(NO))
    relayer = LocalWallet(w3, market.chain.accounts["outsider"])
    wallet = GaslessWallet(signer, relayer, contracts.forwarder)
    agent_id = contracts.identity.register(relayer, "ipfs://agent").event.agent_id

    with pytest.raises(ApprovalNeeded, match=contracts.registry.address):
        contracts.registry.stake(wallet, agent_id, USDC, permit_until=chain_time(w3) + 600)


class Wrong:
    """A wallet that signs with another key than its account's."""

    def __init__(self, w3, account, other):
        self.address = account.address
        self._wallet, self._other = LocalWallet(w3, account), LocalWallet(w3, other)

    def transact(self, tx):
        return self._wallet.transact(tx)

    def sign_typed_data(self, message):
        return self._other.sign_typed_data(message)


def test_pay__another_key_has_signed__is_named(market, client):
    """API-7: the permit's failure is not the allowance's."""
    accounts, contracts = market.chain.accounts, market.contracts
    wallet = Wrong(market.chain.w3, accounts["poster"], accounts["outsider"])
    poster = LocalWallet(market.chain.w3, accounts["poster"])
    contracts.usdc.approve(poster, contracts.runs.address, 0)
    draft = client("poster").runs.create(USDC, "+1d", "ipfs://description", fund=False)

    until = chain_time(market.chain.w3) + 600
    with pytest.raises(InvalidInput, match=accounts["outsider"].address) as refused:
        contracts.runs.fund_run(wallet, draft.bounty_id, permit_until=until)

    assert wallet.address in str(refused.value)
