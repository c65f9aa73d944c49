"""An API that lies in every answer that it can lie in: a client with a node is not fooled.

given a client with a node of its own, behind an API that lies
  when it reads a run
    in any field: it is told both answers, typed
    that is hidden, or shown as of the past: the same
    in a list, under another's number: the same
  when it writes
    and the API swallows it: the client says so, until when it may still be carried, and sends
      it itself
    and the API names another run: the client has the run of the receipt
    and the API refuses what went through: the client has what went through, paid once
    and the API says that it is done before anything is signed: nothing is believed
  when it keeps: nothing is cancelled for a wrong deadline, and no list is endless
given a client without a node
  when the API answers about another run: that is not taken for what was asked
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest

from agentescrow import (
    AgentClient,
    AsyncAgentClient,
    Contradicted,
    InvalidInput,
    Refused,
    ServiceProblem,
    StillPending,
)
from agentescrow.chain.wallet import LocalWallet
from agentescrow.cli.keeper import due_now
from agentescrow.domain.runs.run import RunState
from tests.sdk.between import between
from tests.sdk.conftest import USDC
from tests.sdk.hostile_api import HostileApi, problem

STRANGER = "0x" + "66" * 20
PAST = "2001-01-01T00:00:00.000Z"
TIME = "2031-01-01T00:00:00.000Z"
QUICK = 0.3


@pytest.fixture
def hostile(market):
    """The API, and clients behind it."""
    with ExitStack() as opened:
        api = HostileApi(market.api_url)
        url = opened.enter_context(between(api))

        def make(role=None, *, gasless=False, node=True, patience=QUICK):
            options = market.options(role, gasless, node)
            made = AgentClient(url, patience=patience, **options)
            return opened.enter_context(made)

        api.url, api.client = url, make
        yield api


@pytest.fixture
def submitted(client, agent_id, run_id):
    """A run whose work came twice, in between a request for revision."""
    agent = client("agent")
    agent.runs.claim(run_id, agent_id)
    agent.runs.submit_work(run_id, "ipfs://first")
    client("poster").runs.request_revision(run_id, "Please add tests.")
    agent.runs.submit_work(run_id, "ipfs://second")
    return run_id


def set_to(**values):
    return lambda told: told.update(values)


RUN_LIES = {
    "number": set_to(bountyId=10**6),
    "poster": set_to(posterAddress=STRANGER),
    "description": set_to(ipfsHash="ipfs://another"),
    "reward": set_to(reward="1"),
    "fee": set_to(fee="0"),
    "deadline": set_to(deadline=TIME),
    "state": set_to(state="APPROVED"),
    "agent": set_to(claimedBy=10**6),
    "wallet": set_to(claimedByWallet=STRANGER),
    "stake": set_to(stake="1"),
    "deliverable": set_to(deliverableHash="ipfs://first"),
    "time of the claim": set_to(claimedAt=TIME),
    "time of submission": set_to(submittedAt=TIME),
    "review days": set_to(reviewDays=30),
    "most revisions": set_to(maxRevisions=9),
    "revisions": set_to(revisions=0),
    "lowest status": set_to(minStatus="ESTABLISHED"),
    "time when due": set_to(dueAt=TIME),
    "feedback": set_to(feedback="Fine."),
    "given back once": set_to(abandoned=True),
    "requests for revision": lambda told: told.update(
        events=[each for each in told["events"] if each["name"] != "RevisionRequested"]
    ),
    "transaction": lambda told: [
        e.update(transactionHash="0x" + "66" * 32) for e in told["events"]
    ],
}


def test_get__api_that_lies_in_any_field__is_told_both_answers(hostile, submitted):
    """API-7: what is about to be approved is what the contract has."""
    reader = hostile.client()
    assert reader.runs.get(submitted).state == RunState.SUBMITTED  # without a lie
    for field, lie in RUN_LIES.items():
        hostile.lies = {f"/api/runs/{submitted}": lie}
        with pytest.raises(Contradicted) as caught:
            reader.runs.get(submitted)
        assert caught.value.field == field
        assert caught.value.said != caught.value.found
        assert caught.value.done is None
    reader.runs.get(submitted, verify=False)


def test_get__api_that_lies__async__is_told_both_answers(market, hostile, submitted):
    """API-7."""
    hostile.lies = {"/api/runs": RUN_LIES["reward"]}

    async def get():
        options = market.options(None, False, True)
        async with AsyncAgentClient(hostile.url, patience=QUICK, **options) as reader:
            await reader.runs.get(submitted)

    with pytest.raises(Contradicted, match="reward is 1 by the API, and 100000000 on the chain"):
        asyncio.run(get())


def test_get__submission_that_is_hidden__comes_to_light(hostile, submitted):
    """RUN-14: silence pays rubbish, so an API must not be able to silence a poster."""
    earlier = set_to(state="CLAIMED", submittedAt=None, deliverableHash=None, revisions=0)
    hostile.lies = {"/api/runs": earlier}
    reader = hostile.client()
    with pytest.raises(Contradicted) as caught:
        reader.runs.get(submitted)
    assert (caught.value.said, caught.value.found) == ("CLAIMED", "SUBMITTED")
    hostile.swallows = lambda _seen: (404, problem(404))
    with pytest.raises(Contradicted) as caught:
        reader.runs.get(submitted)
    assert (caught.value.said, caught.value.found) == ("unknown", "SUBMITTED")
    with pytest.raises(Refused) as refused:  # what the contract does not know is unknown
        reader.runs.get(10**9)
    assert refused.value.code == 404


def test_get__work_that_is_hidden__comes_to_light(hostile, submitted):
    """API-7: without its URI a poster rejects good work, or stays silent and pays for it unseen."""

    def hide(told):
        shown = [each for each in told["events"] if each["name"] != "WorkSubmitted"]
        told.update(deliverableHash=None, events=shown)

    hostile.lies = {f"/api/runs/{submitted}": hide}
    with pytest.raises(Contradicted, match="not shown") as caught:
        hostile.client().runs.get(submitted)
    assert (caught.value.field, caught.value.said) == ("deliverable", None)


def test_get__answer_of_long_ago__is_no_answer(market, hostile, run_id):
    """API-7: what was true once hides what is true now."""
    reader, w3 = hostile.client(), market.chain.w3
    hostile.block = w3.eth.block_number
    w3.provider.make_request("anvil_mine", [hex(61)])
    for block in (hostile.block, 10**9):
        hostile.block = block
        with pytest.raises(Contradicted) as caught:
            reader.runs.get(run_id)
        assert (caught.value.field, caught.value.said) == ("block", block)


def test_verify__without_a_node__is_refused(hostile, run_id):
    """API-7."""
    reader = hostile.client(node=False)
    for ask in (reader.runs.get, lambda _id, **more: reader.runs.list(**more)):
        with pytest.raises(InvalidInput, match="verify"):
            ask(run_id, verify=True)
    assert reader.runs.get(run_id).bounty_id == run_id


def test_list__dear_run_under_a_cheap_ones_number__is_contradicted(hostile, client):
    """API-7: approving "1 USDC" must not pay 500."""
    poster = client("poster")
    dear = poster.runs.create(500 * USDC, "+1d", "ipfs://dear").bounty_id
    cheap = poster.runs.create(USDC, "+1d", "ipfs://cheap").bounty_id

    def swap(told):
        for run in told.get("runs", [told]):
            run["bountyId"] = {cheap: dear, dear: cheap}.get(run["bountyId"], run["bountyId"])

    hostile.lies = {"/api/runs": swap}
    with pytest.raises(Contradicted, match="reward"):
        hostile.client().runs.list(sort="newest", limit=2)
    with pytest.raises(Contradicted, match="number"):
        hostile.client().runs.get(cheap)


STAKE_LIES = {
    "number": set_to(agentId=10**6),
    "stake": set_to(stakedAmount="20000001"),
    "locked stake": set_to(lockedStake="1"),
    "available stake": set_to(availableStake="0"),
    "staked since": set_to(stakedAt=TIME),
    "status": set_to(status="BANNED"),
    "minimum": set_to(minStake="1"),
    "is staked": set_to(isStaked=False),
    "may claim": set_to(canClaimRuns=False),
}


def test_get_stake_info__api_that_lies_in_any_field__is_told_both_answers(hostile, agent_id):
    """API-7."""
    reader = hostile.client()
    assert reader.agents.get_stake_info(agent_id).is_staked
    for field, lie in STAKE_LIES.items():
        hostile.lies = {f"/api/agents/{agent_id}/stake": lie}
        with pytest.raises(Contradicted) as caught:
            reader.agents.get_stake_info(agent_id)
        assert caught.value.field == field
    assert reader.agents.get_stake_info(agent_id, verify=False).status.name == "PROVISIONAL"


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_write__shown_otherwise__is_done_and_named(market, hostile, agent_id, gasless):
    """API-7: an error after a write says that it is done, so that nobody pays again."""
    runs = market.contracts.runs.run_count()
    hostile.lies = {"/api/runs/": set_to(reward="7")}
    poster = hostile.client("poster", gasless=gasless, patience=5)
    with pytest.raises(Contradicted, match=r"transaction 0x.* is done, do not repeat it") as caught:
        poster.runs.create(USDC, "+2d", "ipfs://x")
    made = market.chain.w3.eth.get_transaction_receipt(caught.value.done.split()[-1])
    assert (made["status"], market.contracts.runs.run_count()) == (1, runs + 1)
    hostile.lies = {"/api/agents/": set_to(stakedAmount="7")}
    with pytest.raises(Contradicted, match="is done"):
        hostile.client("agent", gasless=gasless, patience=5).agents.stake(agent_id, USDC)


@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_create__answers_about_another_run__has_the_run_of_the_receipt(
    market, hostile, run_id, gasless
):
    """API-7: the number comes from the chain, whatever the API answers to the POST."""
    other = hostile.truth(f"/api/runs/{run_id}")
    hostile.lies = {"/api/runs?": set_to(runs=[other]), "/api/requests": set_to(blockNumber=1)}

    def another(told):
        if "run" in told:
            told["run"] = other

    hostile.lies["/api/runs"] = another
    poster = hostile.client("poster", gasless=gasless, patience=5)
    run = poster.runs.create(USDC, "+2d", "ipfs://mine")
    assert run.bounty_id == market.contracts.runs.run_count() != run_id
    assert (run.reward, run.ipfs_hash) == (USDC, "ipfs://mine")


@pytest.mark.parametrize("status", [400, 403, 404, 500])
@pytest.mark.parametrize("gasless", [False, True], ids=["direct", "gasless"])
def test_create__refused_after_it_went_through__is_what_went_through(
    market, hostile, client, gasless, status
):
    """API-7: a refusal that is a lie makes the caller pay again."""
    usdc, poster = market.contracts.usdc, hostile.client("poster", gasless=gasless, patience=5)
    money = usdc.balance_of(poster.address)
    hostile.says = status
    run = poster.runs.create(USDC, "+2d", "ipfs://x")
    assert (run.state, run.bounty_id) == (RunState.OPEN, market.contracts.runs.run_count())
    assert usdc.balance_of(poster.address) == money - USDC * 105 // 100


def test_create__direct__refused_when_it_is_looked_at__is_pending_and_done(market, hostile):
    """API-7: after a transaction nothing that the API answers is a refusal."""
    poster = hostile.client("poster")
    hostile.swallows = lambda seen: (400, problem(400)) if "/api/runs" in seen.path else None
    with pytest.raises(StillPending, match=r"transaction 0x.*mined in block"):
        poster.runs.create(USDC, "+2d", "ipfs://x")


@pytest.fixture
def swallowing(hostile):
    """Swallows signed requests about a run, and says that the run is in a state."""

    def make(run_id, state):
        def told(seen):
            if not seen.is_signed:
                return None
            run = hostile.truth(f"/api/runs/{run_id}")
            run.pop("events")
            return 200, {"success": True, "run": {**run, "state": state}, "message": "Done."}

        hostile.swallows = told
        hostile.lies = {f"/api/runs/{run_id}": set_to(state=state)}

    return make


def test_submit__swallowed__is_said_and_can_be_sent_oneself(
    market, hostile, client, agent_id, run_id, swallowing
):
    """API-7: an agent whose submission is swallowed would be slashed."""
    client("agent").runs.claim(run_id, agent_id)
    swallowing(run_id, "SUBMITTED")
    agent = hostile.client("agent", gasless=True)
    with pytest.raises(Contradicted, match=r"request 0x.*not carried, as it still may be until "):
        agent.runs.submit_work(run_id, "ipfs://work")
    assert market.contracts.runs.get_run(run_id).state == RunState.CLAIMED
    hostile.lies = {}
    sending = hostile.client("agent", gasless=False, patience=5)
    assert sending.runs.submit_work(run_id, "ipfs://work").state == RunState.SUBMITTED


def test_submit__swallowed_and_said_to_be_mined__is_said(hostile, client, agent_id, run_id):
    """API-7: a status of the relayer's is the API's word too."""
    client("agent").runs.claim(run_id, agent_id)
    status = {
        "id": "0x" + "11" * 32,
        "status": "mined",
        "transactionHash": "0x" + "22" * 32,
        "blockNumber": 1,
        "problem": None,
        "statusUrl": "/api/requests/0x" + "11" * 32,
    }
    hostile.swallows = lambda seen: (
        (202, status) if seen.is_signed
        else (200, status) if "/api/requests/" in seen.path
        else None
    )  # fmt: skip
    with pytest.raises(Contradicted, match="not carried"):
        hostile.client("agent", gasless=True).runs.submit_work(run_id, "ipfs://work")


@pytest.mark.parametrize("node", [False, True], ids=["no node", "node"])
def test_write__done_before_anything_was_signed__is_not_believed(market, hostile, run_id, node):
    """API-7: the kept answer of somebody else's request."""
    wallet = LocalWallet(market.chain.w3, market.chain.accounts["poster"])
    market.contracts.usdc.approve(wallet, market.contracts.runs.address, 0)
    told = hostile.truth(f"/api/runs/{run_id}")
    kept = {"success": True, "run": told, "message": "Done."}
    hostile.swallows = lambda seen: (200, kept) if seen.method == "POST" else None
    poster = hostile.client("poster", gasless=True, node=node)
    with pytest.raises(ServiceProblem, match="authorization 0x" if node else "may be done"):
        poster.runs.create(100 * USDC, "+2d", "ipfs://description")
    with pytest.raises(ServiceProblem, match="nothing was signed"):
        poster.runs.cancel(run_id)


def test_create__kept_answer_of_another_payment__is_contradicted(hostile, client):
    """API-7: the answer for a key of the caller's is the run that its authorization paid for."""
    deadline = client().readiness().indexed_at + 2 * 86_400
    values = (USDC, deadline, "ipfs://twice")
    poster = hostile.client("poster", gasless=True)
    poster.runs.create(*values, idempotency_key="mine")
    other = client("poster").runs.create(*values).bounty_id
    kept = {"success": True, "run": hostile.truth(f"/api/runs/{other}"), "message": "Done."}
    hostile.swallows = lambda seen: (200, kept) if seen.method == "POST" else None
    with pytest.raises(Contradicted, match="paid for by another authorization"):
        poster.runs.create(*values, idempotency_key="mine")
    with pytest.raises(Contradicted, match="not carried"):
        poster.runs.create(*values, idempotency_key="never-paid")


def test_write__without_a_node__answer_about_another_run__is_not_taken(hostile, client, run_id):
    """API-7: what the API cannot make look like what was asked for is refused."""
    other = hostile.truth(f"/api/runs/{run_id}")

    def another(told):
        if "run" in told:
            told["run"] = other

    hostile.lies = {"/api/runs": another}
    poster = hostile.client("poster", gasless=True, node=False)
    with pytest.raises(StillPending, match="reward"):
        poster.runs.create(USDC, "+2d", "ipfs://x")
    mine = client("poster").runs.create(USDC, "+2d", "ipfs://x").bounty_id
    with pytest.raises(StillPending, match=f"run {mine}"):
        poster.runs.cancel(mine)


def test_keeper__runs_that_are_said_to_be_over__are_not_touched(market, hostile, run_id):
    """API-7: a keeper with the poster's key would cancel what is open."""
    hostile.lies = {
        "/ready": set_to(indexedAt=TIME),
        "/api/runs": lambda told: [run.update(deadline=PAST) for run in told["runs"]],
    }
    with pytest.raises(Contradicted, match="deadline"):
        due_now(hostile.client("poster"))
    hostile.lies = {"/ready": set_to(indexedAt=TIME)}
    assert run_id not in [due.run.bounty_id for due in due_now(hostile.client("poster"))]


@pytest.mark.parametrize("node", [False, True], ids=["no node", "node"])
def test_keeper__list_without_an_end__ends(hostile, run_id, node):
    """API-7: a cursor that leads back, or nowhere, is no list."""

    def endless(told):
        if told["runs"]:
            told["pagination"]["nextCursor"] = "again"

    def back(seen):
        again = hostile.truth("/api/runs?state=OPEN&sort=oldest&limit=100")
        endless(again)
        return (200, again) if "cursor=" in seen.path else None

    def empty(told):
        told["runs"], told["pagination"]["nextCursor"] = [], "again"

    hostile.lies = {"/api/runs?": endless}
    hostile.swallows = back
    with pytest.raises(ServiceProblem, match="out of order"):
        due_now(hostile.client(node=node))
    hostile.lies = {"/api/runs?": empty}
    hostile.swallows = lambda _seen: None
    with pytest.raises(ServiceProblem, match="after an empty page"):
        due_now(hostile.client(node=node))
