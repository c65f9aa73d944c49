"""What is paid for is asked for again after an error: it is paid once.

given a create or a stake that ended in an error
  when the API has carried it all the same: the same once more is that run, and pays nothing
  when the API carries it later: the same once more finds it, or takes the same authorization
  when the client's own transaction was mined unseen: the same once more is that run
  when it has not been carried: the same once more pays, without a node by the same salt for ever
  when an allowance pays: a request under another number is not signed
given an unstake to a third party that ended in an error
  when the API has carried it, or carries it later: it is taken out once
given one that ended well
  when the same is asked for again: it is another one
"""

from __future__ import annotations

import time
from types import SimpleNamespace

import httpx
import pytest
from eth_account import Account

from agentescrow import AgentClient, Refused, ServiceProblem, StillPending, TransactionFailed
from agentescrow.chain import transactions
from agentescrow.chain.wallet import LocalWallet
from agentescrow.sdk.runs import writes as run_writes
from tests.sdk.between import between
from tests.sdk.conftest import USDC
from tests.sdk.hostile_api import HostileApi, problem
from tests.sdk.test_direct_faults import RECEIPT, Losing, through
from tests.waiting import ENOUGH

__all__ = ["through"]

COST = USDC * 105 // 100


@pytest.fixture
def hostile(market):
    """The API, behind which one client works."""
    api = HostileApi(market.api_url)
    with between(api) as api.url:
        yield api


@pytest.fixture
def behind(market, hostile):
    """Makes clients behind the API."""
    made = []

    def make(role, *, node):
        options = market.options(role, True, node)
        made.append(AgentClient(hostile.url, patience=5.0, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def spent(market):
    """What the poster has spent since the test began."""
    usdc, poster = market.contracts.usdc, market.chain.accounts["poster"].address
    before = usdc.balance_of(poster)
    return lambda: before - usdc.balance_of(poster)


def post(client):
    return client.runs.create(USDC, "+2d", "ipfs://paid-once")


def withhold(hostile, status=500):
    """Keep signed requests back, and refuse them; returns what sends one after all."""
    hostile.swallows = lambda seen: (status, problem(status)) if seen.is_signed else None

    def send():
        hostile.swallows = lambda _seen: None
        kept = hostile.signed[0]
        return httpx.post(hostile.api_url + kept.path, json=kept.body, timeout=ENOUGH).status_code

    return send


def salts(hostile):
    bodies = [seen.body for seen in hostile.seen if seen.body]
    return {body["authorization"]["salt"] for body in bodies if "authorization" in body}


@pytest.mark.parametrize("status", [400, 500])
def test_create__refused_after_it_went_through__again_is_the_same_run(
    market, hostile, behind, spent, status
):
    """API-7: without a node the client believes the refusal; its retry pays nothing."""
    poster = behind("poster", node=False)
    hostile.says = status
    with pytest.raises(Refused):
        post(poster)
    first = market.contracts.runs.run_count()
    hostile.says = None
    assert post(poster).bounty_id == first == market.contracts.runs.run_count()
    assert spent() == COST
    assert post(poster).bounty_id == first + 1  # what ended well is done: this is another one
    assert spent() == 2 * COST


@pytest.mark.parametrize("node", [False, True], ids=["no node", "node"])
def test_create__carried_later__is_paid_once(market, hostile, behind, spent, node, monkeypatch):
    """API-7: an API that keeps a request back cannot have it paid beside the retry."""
    poster, send = behind("poster", node=node), withhold(hostile)
    with pytest.raises(Refused):
        post(poster)
    assert send() == 200
    first = market.contracts.runs.run_count()
    monkeypatch.setattr(run_writes, "VALID_SECONDS", 3000)  # signed again, and not in that second
    if node:
        assert post(poster).bounty_id == first
    else:
        with pytest.raises(ServiceProblem, match="authorization was already used"):
            post(poster)
    assert len(salts(hostile)) == 1
    assert (market.contracts.runs.run_count(), spent()) == (first, COST)


@pytest.mark.parametrize("node", [False, True], ids=["no node", "node"])
def test_create__never_carried__again_pays_by_the_same_authorization(
    market, hostile, behind, spent, node
):
    """API-7: whatever the API has kept of the first attempt is worth nothing then."""
    poster, send = behind("poster", node=node), withhold(hostile)
    with pytest.raises(Refused):
        post(poster)
    hostile.swallows = lambda _seen: None
    run = post(poster)
    assert len(salts(hostile)) == 1
    send()
    assert (run.bounty_id, spent()) == (market.contracts.runs.run_count(), COST)


def test_create__earlier_attempt_expired__without_a_node_takes_the_same_salt(
    hostile, behind, spent, monkeypatch
):
    """API-7: without a node nobody knows whether it has paid before; the deadline stays too."""
    poster, now = behind("poster", node=False), time.time()
    with monkeypatch.context() as earlier:
        clock = SimpleNamespace(time=lambda: now - 2 * 3600, monotonic=time.monotonic)
        earlier.setattr("agentescrow.sdk.session.time", clock)
        with pytest.raises(Refused):
            post(poster)
    run = post(poster)
    assert len(salts(hostile)) == 1
    assert run.deadline < int(now) + 2 * 86_400
    assert spent() == COST


@pytest.mark.parametrize("allowed", [False, True], ids=["authorization", "allowance"])
def test_create__own_transaction_mined_unseen__again_is_that_run(
    market, through, spent, monkeypatch, allowed
):
    """API-7: "sent, but nothing known of it" is retried by everybody."""
    poster = LocalWallet(market.chain.w3, market.chain.accounts["poster"])
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    usdc.approve(poster, escrow.address, 10 * COST if allowed else 0)
    losing = Losing(RECEIPT)
    client = through(losing)
    with monkeypatch.context() as impatient:
        impatient.setattr(transactions, "_WAIT_SECONDS", 0)
        with pytest.raises(TransactionFailed, match="sent"):
            post(client)
    losing.left = 0
    assert post(client).bounty_id == escrow.run_count()
    assert spent() == COST
    usdc.approve(poster, escrow.address, 0)


def test_stake__carried_later__is_paid_once(market, hostile, behind, agent_id):
    """API-7: stakes as well as runs."""
    agent, send = behind("agent", node=True), withhold(hostile)
    with pytest.raises(Refused):
        agent.agents.stake(agent_id, USDC)
    assert send() == 200
    assert agent.agents.stake(agent_id, USDC).staked_amount == 21 * USDC
    assert agent.agents.stake(agent_id, USDC).staked_amount == 22 * USDC


def under_the_next_number(hostile):
    """Have the API offer another number than the first request had."""
    number, truly = hostile.signed[0].body["request"]["nonce"], hostile.passes

    def another(seen, answer):
        content = truly(seen, answer)
        return content.replace(b'"nonce":%d' % number, b'"nonce":%d' % (number + 1))

    hostile.passes = another
    return lambda: setattr(hostile, "passes", truly)


@pytest.mark.parametrize("node", [False, True], ids=["no node", "node"])
def test_unstake__kept_back_and_refused__signs_no_second_number(
    market, hostile, behind, agent_id, node
):
    """STAKE-2, API-7: what goes to a third party goes there once; both requests would work."""
    agent, send = behind("agent", node=node), withhold(hostile)
    receiver = Account.create().address

    def unstake():
        return agent.agents.unstake(agent_id, 5 * USDC, receiver)

    with pytest.raises(Refused):
        unstake()
    hostile.swallows = lambda _seen: None
    be_honest = under_the_next_number(hostile)
    with pytest.raises(StillPending, match="may be carried until"):
        unstake()
    assert len(hostile.signed) == 1
    be_honest()
    assert send() == 200
    if node:
        assert unstake().staked_amount == 15 * USDC
    else:
        with pytest.raises(ServiceProblem):
            unstake()
    assert market.contracts.usdc.balance_of(receiver) == 5 * USDC


@pytest.mark.parametrize("gasless", [True, False], ids=["gasless", "direct"])
def test_unstake__done_and_said_to_have_failed__is_not_done_again(
    market, hostile, through, behind, agent_id, monkeypatch, gasless
):
    """STAKE-2, API-7: by the API, and by a node that has lost the receipt."""
    receiver = Account.create().address
    if gasless:
        agent = behind("agent", node=False)
        hostile.says = 400
    else:
        losing = Losing(RECEIPT)
        agent = through(losing, "agent")
        monkeypatch.setattr(transactions, "_WAIT_SECONDS", 0)
    with pytest.raises((Refused, TransactionFailed)):
        agent.agents.unstake(agent_id, 5 * USDC, receiver)
    hostile.says = None
    if not gasless:
        losing.left = 0
    assert agent.agents.unstake(agent_id, 5 * USDC, receiver).staked_amount == 15 * USDC
    assert market.contracts.usdc.balance_of(receiver) == 5 * USDC
    assert market.contracts.registry.get_agent(agent_id).staked == 15 * USDC


@pytest.mark.parametrize("gone", [False, True], ids=["allowed", "allowed no more"])
def test_create__by_allowance__signs_no_second_number(market, hostile, behind, spent, gone):
    """API-7: where no authorization keeps two apart, the forwarder's number does.

    An allowance that is gone may come back while the first request is kept.
    """
    poster = LocalWallet(market.chain.w3, market.chain.accounts["poster"])
    usdc, escrow = market.contracts.usdc, market.contracts.runs
    usdc.approve(poster, escrow.address, 10 * COST)
    client, send = behind("poster", node=True), withhold(hostile)
    with pytest.raises(Refused):
        post(client)
    hostile.swallows = lambda _seen: None
    usdc.approve(poster, escrow.address, 0 if gone else 10 * COST)
    be_honest = under_the_next_number(hostile)
    with pytest.raises(StillPending, match="both would pay"):
        post(client)
    assert len(hostile.signed) == 1
    be_honest()
    usdc.approve(poster, escrow.address, 10 * COST)
    assert gone or send() == 200
    assert post(client).bounty_id == escrow.run_count()
    assert spent() == COST
    usdc.approve(poster, escrow.address, 0)
