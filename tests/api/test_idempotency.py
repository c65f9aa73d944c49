"""Idempotency-Key: sent again is done once (API-4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from agentescrow.store.people.idempotency import KeyName, find_key
from tests.api.conftest import BOTH, USDC
from tests.waiting import until

pytestmark = BOTH


def key(name):
    return {"Idempotency-Key": name}


def test_post_run__retried_with_a_new_signature__makes_one_run(market, client, poster):
    """API-4: a retry that asks and signs anew would pay twice without the key."""
    market.post(poster)  # the allowance
    terms, before = market.terms(), market.contracts.runs.run_count()
    first = market.write(poster, "/api/runs", headers=key("post-1"), **terms)
    again = market.write(poster, "/api/runs", headers=key("post-1"), **terms)

    assert first.status_code == again.status_code == 200, again.text
    assert again.content == first.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert market.contracts.runs.run_count() == before + 1


def test_post_run__two_signatures_at_once_for_one_key__make_one_run(market, client, poster):
    """API-4: the first signed request is the one; the other waits for its outcome."""
    market.post(poster)
    body = {"walletAddress": poster.address, **market.terms()}
    before = market.contracts.runs.run_count()
    asked = client.post("/api/runs", json=body, headers=key("post-2"))
    signed = market.signed(poster, body, asked)
    asked.json()["typedData"]["message"]["deadline"] += 1
    later = asked.json()
    later["typedData"]["message"]["deadline"] += 1
    typed = later["typedData"]
    other = {**body, "request": typed["message"]}
    other["signature"] = "0x" + poster.sign_typed_data(typed).hex()

    def send(each):
        return client.post("/api/runs", json=each, headers=key("post-2"))

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, [signed, other]))

    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 200 in [answer.status_code for answer in answers]
    assert market.contracts.runs.run_count() == before + 1
    assert (
        send(other).json()["run"] == next(a for a in answers if a.status_code == 200).json()["run"]
    )


def test_post_run__signed_again_while_the_first_is_under_way__makes_one_run(market, client, poster):
    """API-4: the second has a nonce of its own, so that nothing but the key is against it."""
    market.post(poster)  # the allowance
    body, path = {"walletAddress": poster.address, **market.terms()}, "/api/runs"
    w3, escrow = market.chain.w3, market.contracts.runs
    before = escrow.run_count()
    asked = client.post(path, json=body, headers=key("post-4"))
    first = market.signed(poster, body, asked)
    typed = asked.json()["typedData"]
    typed["message"]["nonce"] = str(int(typed["message"]["nonce"]) + 1)
    signature = f"0x{poster.sign_typed_data(typed).hex()}"
    second = {**body, "request": typed["message"], "signature": signature}
    w3.provider.make_request("evm_setAutomine", [False])
    try:
        with market.another_app(write_timeout=0) as impatient:
            answers = [
                impatient.post(path, json=each, headers=key("post-4")) for each in (first, second)
            ]
    finally:
        w3.provider.make_request("evm_setAutomine", [True])

    assert [answer.status_code for answer in answers] == [202, 202], answers[1].text
    assert answers[1].json()["id"] == answers[0].json()["id"]
    w3.provider.make_request("evm_mine", [])
    last = client.post(path, json=second, headers=key("post-4"))
    assert last.status_code == 200, last.text
    assert escrow.run_count() == before + 1
    assert market.service.admission.next_nonce(poster.address) == int(typed["message"]["nonce"])


def test_key__with_another_body_or_path__is_422(market, client, poster, agent):
    """API-4: a key stands for one thing."""
    agent_id, run_id, other = market.agent(agent), market.post(poster), market.post(poster)
    body = {"agentId": agent_id, "walletAddress": agent.address}
    path = f"/api/runs/{run_id}/claim"

    claimed = market.write(agent, path, headers=key("claim-1"), agentId=agent_id)
    assert claimed.status_code == 200, claimed.text
    for where, what in (
        (path, body | {"agentId": agent_id + 1}),
        (f"/api/runs/{other}/claim", body),
    ):
        refused = client.post(where, json=what, headers=key("claim-1"))
        assert (refused.status_code, refused.json()["error"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert client.post(path, json=body, headers=key("claim-1")).content == claimed.content


def test_key__of_who_has_signed_nothing__is_not_kept(market, client, poster, agent, outsider):
    """API-4: or anybody could fill the database; nor is that of who signed for another."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    body = {"agentId": agent_id, "walletAddress": agent.address}
    path = f"/api/runs/{run_id}/claim"
    asked = client.post(path, json=body, headers=key("claim-0"))
    forged = market.signed(outsider, body, asked)

    assert asked.status_code == 401
    assert client.post(path, json=forged, headers=key("claim-0")).status_code == 400
    with market.service.database.connect() as connection:
        for wallet in (agent, outsider):
            assert find_key(connection, KeyName(wallet.address, "claim-0")) is None


def test_key__of_a_refused_request__may_be_used_again(market, client, poster, agent):
    """API-4: what was refused moved nothing, so the key is not spent."""
    run_id, agent_id = market.post(poster), market.agent(agent, staked=0)
    path = f"/api/runs/{run_id}/claim"
    refused = market.write(agent, path, headers=key("claim-2"), agentId=agent_id)
    assert refused.status_code == 403
    market.contracts.registry.stake(agent, agent_id, 20 * USDC)
    market.indexed()

    answer = market.write(agent, path, headers=key("claim-2"), agentId=agent_id)

    assert answer.status_code == 200, answer.text


def test_key__of_a_forged_request__stays_with_the_true_one(market, client, poster, agent, outsider):
    """API-4: a request that the relayer refuses gives the key back."""
    agent_id, run_id = market.agent(agent), market.post(poster)
    path, body = f"/api/runs/{run_id}/claim", {"agentId": agent_id, "walletAddress": agent.address}
    asked = client.post(path, json=body, headers=key("claim-3"))
    forged = market.signed(outsider, body, asked)

    assert client.post(path, json=forged, headers=key("claim-3")).status_code == 400
    signed = market.signed(agent, body, asked)
    assert client.post(path, json=signed, headers=key("claim-3")).status_code == 200


def test_key__that_a_stranger_uses_too__is_the_signer_s_own(market, client, poster, outsider):
    """API-4: nobody takes `order-17` from another, nor what was answered under it."""
    market.post(poster), market.post(outsider)  # the allowances
    squatted = market.write(outsider, "/api/runs", headers=key("order-17"), **market.terms(USDC))
    ordered = market.write(poster, "/api/runs", headers=key("order-17"), **market.terms())

    assert squatted.status_code == ordered.status_code == 200, ordered.text
    assert ordered.json()["run"]["posterAddress"] == poster.address
    assert "idempotency-replayed" not in ordered.headers


def test_stake__reported_with_a_key__is_not_kept(market, client, agent):
    """API-4: a report is signed by nobody; it is the stake as it is, however often it is sent."""
    agent_id = market.agent(agent, staked=0)
    staked = market.contracts.registry.stake(agent, agent_id, 20 * USDC).transaction
    path = f"/api/agents/{agent_id}/stake"
    body = {"amount": str(20 * USDC), "txHash": staked, "walletAddress": agent.address}
    first = client.post(path, json=body, headers=key("stake-1"))
    market.contracts.registry.stake(agent, agent_id, USDC)
    market.indexed()
    again = client.post(path, json=body, headers=key("stake-1"))

    assert first.status_code == 200, first.text
    assert again.json()["agent"]["stakedAmount"] == "21000000"
    with market.service.database.connect() as connection:
        assert find_key(connection, KeyName(agent.address, "stake-1")) is None


def test_post_run__block_taken_back__names_no_run_of_a_stranger(market, client, poster, outsider):
    """API-4: the chain goes on with another's run under that number; ours comes again."""
    market.post(poster), market.post(outsider)  # the allowances
    w3, escrow = market.chain.w3, market.contracts.runs
    body, path = {"walletAddress": poster.address, **market.terms()}, "/api/runs"
    before = w3.eth.block_number
    first = market.write(poster, path, headers=key("order-18"), **body)
    number = first.json()["run"]["bountyId"]
    data = escrow.calldata("postRun", (USDC, market.now + 3600, 7, 0, 1), "ipfs://theirs")
    theirs = {"from": outsider.address, "to": escrow.address, "data": data, "gas": 500_000}
    w3.provider.make_request("anvil_rollback", [w3.eth.block_number - before])
    w3.eth.send_transaction({**theirs, "maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**11})
    w3.provider.make_request("anvil_mine", [hex(2)])
    market.indexed()
    again = client.post(path, json=body, headers=key("order-18"))

    assert first.status_code == again.status_code == 200, again.text
    assert client.get(f"{path}/{number}").json()["posterAddress"] == outsider.address
    assert again.json()["run"]["posterAddress"] == poster.address
    assert again.json()["run"]["bountyId"] == number + 1
    replayed = client.post(path, json=body, headers=key("order-18"))
    assert replayed.content == again.content


def test_key__that_is_none__is_400(client, agent):
    """API-3: visible ASCII, at most 255 characters."""
    body = {"walletAddress": agent.address}
    for wrong in ("", "a b", "x" * 256):
        assert client.post("/api/runs/1/start", json=body, headers=key(wrong)).status_code == 400


def test_key__of_a_request_that_failed__is_free_once_that_is_for_good(
    market, client, poster, outsider
):
    """API-4: a key that is spent on nothing would refuse its client for a day."""
    escrow, forwarder, w3 = market.contracts.runs, market.contracts.forwarder, market.chain.w3
    body = {"walletAddress": poster.address, **market.terms(), "fund": False}
    path, before = "/api/runs", escrow.run_count()
    signed = market.signed(poster, body, client.post(path, json=body, headers=key("post-3")))
    terms = (USDC, market.now + 3600, 7, 3, 1)
    data = bytes(escrow.calldata("createRun", terms, "ipfs://other"))
    other = forwarder.sign(poster, forwarder.request(poster.address, escrow.address, data))
    w3.provider.make_request("evm_setAutomine", [False])
    try:
        with market.another_app(write_timeout=0) as impatient:
            answer = impatient.post(path, json=signed, headers=key("post-3"))
            assert answer.status_code == 202, answer.text
        call = {"data": forwarder.calldata("execute", other.struct()), "gas": 500_000}
        dear = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**11}  # so that it comes first
        w3.eth.send_transaction({"from": outsider.address, "to": forwarder.address, **call, **dear})
        w3.provider.make_request("evm_mine", [])
    finally:
        w3.provider.make_request("evm_setAutomine", [True])

    def relay():
        return market.service.admission.find(answer.json()["id"])

    until(lambda: relay().status != "pending", meanwhile=market.pulse.beat)
    assert client.post(path, json=body, headers=key("post-3")).json()["error"] == (
        "TRANSACTION_FAILED"
    )
    w3.provider.make_request("anvil_mine", [hex(13)])
    until(lambda: relay().settled, meanwhile=market.pulse.beat)
    last = client.post(path, json=body, headers=key("post-3"))
    assert last.json()["error"] == "TRANSACTION_FAILED", last.text

    again = market.write(poster, path, headers=key("post-3"), **body)
    assert again.status_code == 200, again.text
    assert escrow.run_count() == before + 2
