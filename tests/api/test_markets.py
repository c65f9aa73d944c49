"""What agents' owners let markets lock, by HTTP (STAKE-9, API-3, API-6).

given a market that was added
  when the owner of an agent's NFT signs its leave: it is in the chain and in the view
  when anybody else signs: 403
  when the market is unknown, or the cap too high: 400
given an escrow that is retired
  when an agent claims: 403, MARKET_NOT_ALLOWED
"""

from __future__ import annotations

import pytest

from tests.api.conftest import USDC, service_on
from tests.api.test_errors import require_problem

ADDED = "0x" + "5" * 40


@pytest.fixture(scope="module")
def market(tmp_path_factory):
    """Its own: markets are added and retired for good."""
    folder = tmp_path_factory.mktemp("markets")
    with service_on(f"sqlite:///{folder / 'index.db'}", folder) as market:
        market.contracts.registry.add_market(market.wallet("owner"), ADDED)
        yield market


@pytest.fixture(scope="module")
def agent(market):
    return market.wallet("agent")


@pytest.fixture(scope="module")
def agent_id(market, agent):
    return market.agent(agent)


def allow(market, wallet, agent_id, to=ADDED, cap=40 * USDC):
    path = f"/api/agents/{agent_id}/markets"
    return market.write(wallet, path, market=to.lower(), cap=str(cap))


def test_allow_market__signed_by_the_owner__is_what_the_contract_has(market, agent, agent_id):
    """STAKE-9, RUN-19: relayed for the owner, whose leave it is."""
    escrow = market.contracts.runs.address

    answer = allow(market, agent, agent_id)

    assert answer.status_code == 200, answer.text
    assert answer.json()["message"] == "Market allowed."
    shown = market.client.get(f"/api/agents/{agent_id}/markets").json()
    assert answer.json()["agent"] == shown
    assert shown["agentId"] == agent_id
    assert {each.pop("market"): each for each in shown["markets"]} == {
        escrow: {"retired": False, "cap": None, "locked": None},
        market.contracts.w3.to_checksum_address(ADDED): {
            "retired": False,
            "cap": "40000000",
            "locked": "0",
        },
    }
    assert market.contracts.registry.market_allowance(agent_id, ADDED) == 40 * USDC


def test_allow_market__by_anybody_else__is_403(market, agent_id):
    """STAKE-9: an agent's operator cannot bind its owner's stake."""
    outsider = market.wallet("outsider")

    problem = require_problem(allow(market, outsider, agent_id), 403)

    assert problem["error"] == "NotAgentOwner"


@pytest.mark.parametrize(
    ("to", "cap", "error"),
    [
        ("0x" + "6" * 40, 20 * USDC, "MarketUnknown"),
        (ADDED, 2**48, "CapTooLarge"),
        (None, 20 * USDC, "MarketNeedsNoAllowance"),
    ],
)
def test_allow_market__no_market_or_no_cap__is_400(market, agent, agent_id, to, cap, error):
    """STAKE-9: in the words of the contract, before anything is signed."""
    to = to or market.contracts.runs.address

    assert require_problem(allow(market, agent, agent_id, to, cap), 400)["error"] == error


def test_markets__of_an_unknown_agent__is_404(market):
    """API-3."""
    require_problem(market.client.get("/api/agents/999/markets"), 404)


def test_claim__escrow_retired__is_403_with_its_code(market, agent, agent_id):
    """RUN-5, STAKE-9: the registry lets it lock nothing more."""
    run_id = market.post(market.wallet("poster"))
    escrow = market.contracts.runs.address
    market.contracts.registry.retire_market(market.wallet("owner"), escrow)
    market.indexed()

    problem = require_problem(
        market.write(agent, f"/api/runs/{run_id}/claim", agentId=agent_id), 403
    )

    assert (problem["error"], problem["reasonCodes"]) == ("NOT_ELIGIBLE", ["MARKET_NOT_ALLOWED"])
    path = f"/api/runs/{run_id}/claim-eligibility"
    found = market.client.get(path, params={"agentId": agent_id}).json()
    assert found["reasonCodes"] == ["MARKET_NOT_ALLOWED"]
    shown = market.client.get(f"/api/agents/{agent_id}/markets").json()["markets"]
    assert [each["retired"] for each in shown if each["market"] == escrow] == [True]
