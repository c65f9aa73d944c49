"""What the index says, by HTTP (API-1, API-2, API-3, API-6)."""

from __future__ import annotations

import pytest

from agentescrow.domain.runs.eligibility import reasons
from tests.api.conftest import BOTH, USDC

pytestmark = BOTH


@pytest.fixture(scope="module")
def runs(market, poster):
    return [market.post(poster, reward=n * USDC) for n in (7, 50, 100, 100, 1000)]


def numbers(answer):
    assert answer.status_code == 200, answer.text
    return [run["bountyId"] for run in answer.json()["runs"]]


def test_list__by_page_and_by_cursor__is_the_same(market, client, runs):
    """API-1: no run twice, none left out, in every order and under every filter."""
    for sort in ("newest", "oldest", "reward"):
        for more in (
            {},
            {"state": "OPEN"},
            {"minReward": "50"},
            {"state": "OPEN", "minReward": "8"},
        ):
            every = {"limit": 100, "sort": sort, **more}
            whole = numbers(client.get("/api/runs", params=every))
            by_page, by_cursor, cursor = [], [], {}
            for page in range(1, 100):
                params = every | {"limit": 2, "page": page}
                by_page += numbers(client.get("/api/runs", params=params))
                answer = client.get("/api/runs", params=every | {"limit": 2} | cursor)
                by_cursor += numbers(answer)
                following = answer.json()["pagination"]["nextCursor"]
                if following is None:
                    break
                cursor = {"cursor": following}
            assert by_page == by_cursor == whole
            assert answer.json()["pagination"]["total"] == len(whole)


@pytest.mark.parametrize("more", [{}, {"minReward": "50"}], ids=["all", "filtered"])
def test_list__after_a_block__is_of_that_block_whole(market, client, poster, runs, more):
    """API-1, API-6: rows, total and header never belong to two blocks."""
    before = [client.get("/api/runs", params=more) for _ in range(2)][-1].json()

    posted = market.post(poster, reward=100 * USDC)
    market.indexed()
    after = client.get("/api/runs", params=more)

    assert after.json()["runs"][0]["bountyId"] == posted
    assert after.json()["pagination"]["total"] == before["pagination"]["total"] + 1
    assert int(after.headers["x-indexed-block"]) == market.chain.w3.eth.block_number


def test_list__min_reward__is_whole_usdc(client, runs):
    """API-2: "100" matches a reward of 100000000."""
    found = client.get("/api/runs", params={"minReward": "100", "limit": 100}).json()["runs"]

    assert found
    assert all(int(run["reward"]) >= 100 * USDC for run in found)
    assert not numbers(client.get("/api/runs", params={"minReward": "18446744073709"}))


@pytest.mark.parametrize(
    "params",
    [
        {"page": 0},
        {"page": 2**70},
        {"limit": 101},
        {"state": "open"},
        {"minReward": "1e9"},
        {"minReward": "-1"},
        {"poster": "0x1"},
        {"agentId": 2**63},
        {"sort": "random"},
        {"cursor": "\N{SNOWMAN}"},
        {"cursor": "bm9uc2Vuc2U"},
    ],
)
def test_list__wrong_parameter__is_400_in_the_one_shape(client, runs, params):
    """API-3: a problem that says what is allowed."""
    answer = client.get("/api/runs", params=params)

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == 400


def test_get__every_reply__carries_the_indexed_block(market, client, runs):
    """API-6."""
    market.indexed()
    headers = client.get(f"/api/runs/{runs[0]}").headers

    assert int(headers["x-indexed-block"]) == market.chain.w3.eth.block_number
    assert headers["x-indexed-block-time"].endswith(".000Z")


def test_get__unknown__is_404(client):
    """API-3."""
    for path in ("/api/runs/999999", "/api/agents/999999", "/api/agents/999999/stake", "/api/x"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, 404)


def test_eligibility__of_many_pairs__is_the_contract_s_view(market, client, agent, poster, runs):
    """API-3, API-6: the same reasons in the same order as the contract's bits."""
    agents = [market.agent(agent), market.agent(agent, staked=0), market.agent(poster)]
    for run_id in runs:
        for agent_id in agents:
            bits = market.contracts.runs.claim_eligibility(run_id, agent_id)
            answer = client.get(
                f"/api/runs/{run_id}/claim-eligibility", params={"agentId": agent_id}
            ).json()
            assert answer["reasonCodes"] == [reason.code for reason in reasons(bits)]
            assert answer["eligible"] is (bits == 0)


def test_stake__reported__is_checked_against_the_chain(market, client, agent, outsider):
    """API-7: only a `Staked` event of our registry counts; a transfer is none; twice is once."""
    agent_id = market.agent(agent, staked=0)
    contracts = market.contracts
    staked = contracts.registry.stake(agent, agent_id, 20 * USDC).transaction
    moved = contracts.usdc.transfer(agent, outsider.address, 20 * USDC).transaction

    def report(tx_hash, amount=20 * USDC, wallet=agent):
        body = {"amount": str(amount), "txHash": tx_hash, "walletAddress": wallet.address}
        return client.post(f"/api/agents/{agent_id}/stake", json=body)

    first, again = report(staked), report(staked)
    assert first.status_code == 200, first.text
    assert first.json() == again.json()
    assert first.json()["agent"]["isStaked"] is True
    assert first.json()["agent"]["canClaimRuns"] is True
    for wrong in (report(moved), report(staked, amount=1)):
        assert (wrong.status_code, wrong.json()["error"]) == (400, "NOT_STAKED")
    assert report(staked, wallet=outsider).status_code == 403


def test_stake__reported_before_it_is_mined__is_to_be_reported_again(market, client, agent):
    """API-7: whoever were told to stake would stake twice; a node may hear of it later, too."""
    agent_id, w3 = market.agent(agent, staked=0), market.chain.w3
    registry = market.contracts.registry
    market.contracts.usdc.approve(agent, registry.address, 20 * USDC)
    call = {"from": agent.address, "to": registry.address, "gas": 300_000}
    call["data"] = registry.calldata("stake", agent_id, 20 * USDC)
    w3.provider.make_request("evm_setAutomine", [False])
    try:
        sent = w3.eth.send_transaction(call).to_0x_hex()
        body = {"amount": str(20 * USDC), "txHash": sent, "walletAddress": agent.address}
        early = client.post(f"/api/agents/{agent_id}/stake", json=body)
        unknown = client.post(
            f"/api/agents/{agent_id}/stake", json=body | {"txHash": "0x" + "00" * 32}
        )
    finally:
        w3.provider.make_request("evm_setAutomine", [True])
        w3.provider.make_request("evm_mine", [])

    for answer in (early, unknown):
        assert (answer.status_code, answer.json()["error"]) == (409, "DEPOSIT_PENDING")
        assert int(answer.headers["Retry-After"]) >= 1
        assert "do not stake again meanwhile" in answer.json()["detail"]
    assert client.post(f"/api/agents/{agent_id}/stake", json=body).status_code == 200


def test_stats__beside_the_contracts__are_the_same(market, client, runs):
    """API-6: what is held is what the contracts owe, less fees and credits."""
    market.indexed()
    stats = client.get("/api/stats").json()

    assert stats["runs"] == sum(stats["runsByState"].values()) == market.contracts.runs.run_count()
    owed = market.contracts.runs.total_owed() - market.contracts.runs.accrued_fees()
    assert int(stats["escrowed"]) == owed
    assert int(stats["staked"]) == market.contracts.registry.total_owed()


def test_health__while_indexing__is_good(market, client):
    """API-5, API-6."""
    market.indexed()
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/ready").json()["ready"] is True
    assert "agentescrow_indexed_block" in client.get("/metrics").text


def test_events__from_a_block__are_every_change_once(market, client, runs):
    """API-6: `Last-Event-ID` goes on exactly where a listener ended."""
    params = {"fromBlock": 0, "follow": False}
    lines = client.get("/api/events", params=params).text.splitlines()
    ids = [line.removeprefix("id: ") for line in lines if line.startswith("id: ")]
    middle = ids[len(ids) // 2]
    rest = client.get(
        "/api/events", params={"follow": False}, headers={"Last-Event-ID": middle}
    ).text.splitlines()

    assert len(ids) == len(set(ids)) > 10
    assert [line.removeprefix("id: ") for line in rest if line.startswith("id: ")] == ids[
        ids.index(middle) + 1 :
    ]
