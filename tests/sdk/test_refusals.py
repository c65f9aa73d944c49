"""What is refused, and how a caller sees it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from agentescrow import (
    AgentClient,
    InvalidAmount,
    InvalidInput,
    InvalidTerms,
    Refused,
    ServiceUnreachable,
    StillPending,
)
from localnet.anvil import free_port
from tests.sdk.conftest import USDC


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_claim__without_stake__is_403_with_reasons(client, run_id, gasless):
    """API-3, API-7: the same code and the same reasons, whoever says no."""
    agent = client("agent", gasless=gasless)
    poor = client("agent").agents.register().id
    with pytest.raises(Refused) as caught:
        agent.runs.claim(run_id, poor)
    assert caught.value.code == 403
    assert caught.value.reason_codes == ["AGENT_UNVERIFIED", "INSUFFICIENT_STAKE"]
    assert caught.value.reasons == agent.agents.can_claim_run(poor, run_id).reasons


def test_register__without_a_node__says_what_to_do(client):
    """API-7: the registry takes no signed requests, so no relayer can do it."""
    with pytest.raises(InvalidInput, match="takes no signed requests; else have another account"):
        client("agent", node=False).agents.register("ipfs://agent")


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_claim__of_what_is_not_open_or_not_there__is_400_or_404(client, agent_id, run_id, gasless):
    """API-3, API-7."""
    agent, poster = client("agent", gasless=gasless), client("poster", gasless=gasless)
    poster.runs.cancel(run_id)
    for run, who, code in ((run_id, agent_id, 400), (10**9, agent_id, 404)):
        with pytest.raises(Refused) as caught:
            agent.runs.claim(run, who)
        assert caught.value.code == code


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_approve__by_an_outsider__is_403(client, agent_id, run_id, gasless):
    """API-3, API-7: the contract's own error decides, on both paths."""
    agent = client("agent")
    agent.runs.claim(run_id, agent_id)
    agent.runs.submit_work(run_id, "ipfs://work")
    with pytest.raises(Refused) as caught:
        client("outsider", gasless=gasless).runs.approve(run_id)
    assert (caught.value.code, caught.value.error) == (403, "NotPoster")


def test_stake__reported__counts_only_as_our_registry_says(market, client, agent_id):
    """API-7: `stake(agent_id, amount, tx_hash)` reports; a bare transfer is NOT_STAKED."""
    agent = client("agent")
    deposit = market.contracts.registry.stake(
        market_wallet(market, "agent"), agent_id, 5 * USDC
    ).transaction
    assert agent.agents.stake(agent_id, "5000000", deposit).staked_amount == 25 * USDC
    transfer = market.contracts.usdc.transfer(
        market_wallet(market, "agent"), market.contracts.registry.address, 1
    ).transaction
    with pytest.raises(Refused) as caught:
        agent.agents.stake(agent_id, 1, transfer)
    assert (caught.value.code, caught.value.error) == (400, "NOT_STAKED")


def test_unstake__returns_the_stake(client, agent_id):
    """API-7, STAKE-2."""
    left = client("agent").agents.unstake(agent_id, 20 * USDC)
    assert (left.is_staked, left.staked_amount) == (False, 0)


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda c: c.runs.create(1.5, "+1d", "ipfs://x"), InvalidAmount),
        (lambda c: c.runs.create("1e6", "+1d", "ipfs://x"), InvalidAmount),
        (lambda c: c.runs.create(Decimal("12.5"), "+1d", "ipfs://x"), InvalidAmount),
        (lambda c: c.runs.create(True, "+1d", "ipfs://x"), InvalidAmount),
        (lambda c: c.runs.create(2**64, "+1d", "ipfs://x"), InvalidAmount),
        (lambda c: c.runs.create(USDC, "+1d", "ipfs://x", idempotency_key="a b"), InvalidInput),
        (lambda c: c.runs.create(USDC, "+91d", "ipfs://x"), InvalidTerms),
        (lambda c: c.runs.create(USDC, "tomorrow", "ipfs://x"), InvalidInput),
        (lambda c: c.runs.get(-1), InvalidInput),
        (lambda c: c.runs.get("1"), InvalidInput),
        (lambda c: c.runs.list(min_reward=0.5), InvalidAmount),
        (lambda c: c.runs.list(min_reward=Decimal("0.0000001")), InvalidAmount),
        (lambda c: c.agents.stake(0, 20.0), InvalidAmount),
        (lambda c: c.runs.claim(1), InvalidInput),
        (lambda c: c.agents.stake(0, 1, "0x12"), InvalidInput),
    ],
)
def test_values__nonsense__are_refused_before_anything_is_sent(client, act, kind):
    """API-7: typed, and it says what is allowed."""
    with pytest.raises(kind, match="is not allowed"):
        act(client("poster"))


def test_list__unknown_state__is_the_api_s_400(client):
    """API-7: `code`, `reasons` of the API itself."""
    with pytest.raises(Refused) as caught:
        client().runs.list(state="NONE")
    assert caught.value.code == 400
    assert "query.state" in caught.value.reasons[0]


def test_client__without_a_key__reads_and_cannot_write(client, run_id, monkeypatch):
    """API-7."""
    monkeypatch.delenv("AGENT_PRIVATE_KEY", raising=False)
    reader = client()
    assert reader.runs.list(state="OPEN", min_reward=100).runs[0].bounty_id == run_id
    assert reader.stats().runs >= run_id
    with pytest.raises(InvalidInput, match="only reads"):
        reader.runs.cancel(run_id)


def test_client__key_that_is_none__is_refused_without_repeating_it(market):
    with pytest.raises(InvalidInput) as caught:
        AgentClient(market.api_url, private_key="0xsecret")
    assert "secret" not in str(caught.value)


def test_client__nobody_there__says_so():
    with (
        AgentClient(f"http://127.0.0.1:{free_port()}") as lost,
        pytest.raises(ServiceUnreachable, match="does not answer"),
    ):
        lost.runs.list()


def test_write__api_that_does_not_index__is_still_pending(market, client, agent_id, monkeypatch):
    """API-7: mined, and said so; never reported as failed, never done twice."""
    hasty = client("agent", patience=0.0)
    monkeypatch.setattr("agentescrow.sdk.session.Readiness", _Behind)
    with pytest.raises(StillPending, match="transaction 0x"):
        hasty.agents.stake(agent_id, USDC)


class _Behind:
    indexed_block = 0
    indexed_at = None

    @classmethod
    def model_validate_json(cls, _text):
        return cls()


def market_wallet(market, role):
    from agentescrow.chain.wallet import LocalWallet

    return LocalWallet(market.chain.w3, market.chain.accounts[role])
