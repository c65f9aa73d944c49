"""An attacker with 96 fresh keys, at default limits, and an agent whose stake is at risk (API-4).

given a relayer whose account holds little, and an agent with locked stake and no ETH
  when fresh keys with nothing send as much as is taken: the agent's submission is mined in time
  when fresh keys with dust post runs: the same
  when strangers wait in the queue: the agent comes before them, in the order of its own requests
"""

from __future__ import annotations

import pytest

from agentescrow.chain.typed_data import terms_tuple
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import AgentEscrowError, RelayerUnavailable, RequestRefused
from agentescrow.relayer.lanes import Lane
from agentescrow.relayer.limits import RelayLimits
from agentescrow.settings import Settings
from agentescrow.store.people.relays import queued
from localnet import usdc
from tests.relayer.conftest import DAY
from tests.relayer.test_sender import work

KEYS = 96
ETH = 10**18
USDC = 10**6


@pytest.fixture
def limits():
    """Those of a service that sets none."""
    return RelayLimits(drafts=Settings().relayer_drafts)


@pytest.fixture
def agent(ground):
    """Without ETH from the moment on at which its stake is locked."""
    return ground.wallet("agent")


@pytest.fixture
def run_id(ground, agent, poster):
    """A run that the agent has claimed."""
    contracts = ground.contracts
    agent_id = contracts.identity.register(agent, "ipfs://agent").event.agent_id
    contracts.usdc.approve(agent, contracts.registry.address, 20 * USDC)
    contracts.registry.stake(agent, agent_id, 20 * USDC)
    contracts.usdc.approve(poster, contracts.runs.address, 1_000 * USDC)
    run_id = contracts.runs.post_run(poster, ground.terms(), "ipfs://work").event.run_id
    contracts.runs.claim_run(agent, run_id, agent_id)
    ground.rpc("anvil_setBalance", agent.address, "0x0")
    return run_id


@pytest.fixture
def poor(ground, sender):
    """The relayer's account holds this much, wei."""
    ground.rpc("anvil_setBalance", sender.address, hex(ETH // 100))
    sender.step()
    return ETH // 100


def attack(admission, requests):
    """Whose requests are taken."""
    answers = admission.submit_all(requests)
    pairs = zip(requests, answers, strict=True)
    return [asked.signer for asked, each in pairs if not isinstance(each, AgentEscrowError)]


def require_submitted(ground, admission, sender, agent, run_id):
    """The agent's submission is mined with the next blocks."""
    relay = admission.submit(ground.request(agent, "submitWork", run_id, "ipfs://done"))
    work(sender, ground, steps=2)
    assert admission.find(relay.request_id).status == "mined"
    assert ground.contracts.runs.get_run(run_id).state.name == "SUBMITTED"


def test_attack__fresh_keys_with_nothing__leave_an_agent_its_submission(
    ground, admission, sender, agent, run_id, poor, signers_of
):
    """API-4, SECURITY: who has nothing at risk empties no relayer that others rely on."""
    keys = signers_of(ground, KEYS)
    for nonce in range(3):
        attack(admission, [ground.request(key, nonce=nonce) for key in keys])
        work(sender, ground, steps=2)

    require_submitted(ground, admission, sender, agent, run_id)


@pytest.mark.parametrize("limits", [RelayLimits(drafts=True)])
def test_attack__drafts_are_relayed_for_all__strangers_use_a_tenth(
    ground, admission, sender, agent, run_id, poor, signers_of
):
    """API-4: what their part is, is a part of what is there, however little that is."""
    keys = signers_of(ground, KEYS)
    for nonce in range(3):
        attack(admission, [ground.request(key, nonce=nonce) for key in keys])
        work(sender, ground, steps=2)

    assert ground.chain.w3.eth.get_balance(sender.address) >= poor * 9 // 10
    require_submitted(ground, admission, sender, agent, run_id)


def test_attack__fresh_keys_with_dust__leave_an_agent_its_submission(
    ground, admission, sender, agent, run_id, poor, signers_of
):
    """API-4: a run of a millionth of a USDC is no standing."""
    keys = signers_of(ground, KEYS)
    for key in keys:
        usdc.mint(ground.chain.w3, key.address, 2)
    escrow, terms, posted = ground.contracts.runs, RunTerms(1, ground.now() + DAY), []
    for key in keys:
        until = {"salt": b"\x01" * 32, "valid_before": ground.now() + DAY}
        paid = escrow.authorize_run(key, terms, "ipfs://x", **until)
        call = ("postRunWithAuthorization", terms_tuple(terms), "ipfs://x", paid.struct())
        posted.append(ground.request(key, *call))
    before = escrow.run_count()
    taken = attack(admission, posted)
    work(sender, ground, steps=2)

    assert len(taken) < KEYS
    assert escrow.run_count() == before + len(taken)
    assert ground.chain.w3.eth.get_balance(sender.address) >= poor * 9 // 10
    require_submitted(ground, admission, sender, agent, run_id)


def test_queued__strangers_came_first__the_agent_is_sent_first(
    ground, database, admission, agent, run_id, signers
):
    """API-4: with all that its signer has sent before, which the forwarder wants in order."""
    admission._limits = admission.availability._limits = RelayLimits(drafts=True)
    strangers = [ground.request(signer) for signer in signers[:3]]
    draft = ground.request(agent)
    submission = ground.request(agent, "submitWork", run_id, "ipfs://done", nonce=1)
    relays = admission.submit_all([*strangers, draft, submission])
    with database.connect() as connection:
        found = [each.request_id for each in queued(connection, 10)]

    assert found == [relays[place].request_id for place in (3, 4, 0, 1, 2)]
    assert [each.lane for each in relays] == [*[Lane.STRANGER] * 4, Lane.BOUND]


def test_submit__draft_of_a_stranger__is_refused_in_words(ground, admission, poster):
    """API-4: it costs its sender nothing, and the relayer the gas."""
    with pytest.raises(RequestRefused, match="only for who has stake locked or a funded run"):
        admission.submit(ground.request(poster))


def test_submit__relayer_says_nothing_for_a_minute__is_unavailable(
    ground, admission, agent, run_id, clock
):
    """API-4: nobody hands a request to a queue that nobody works off."""
    clock.now += 61
    with pytest.raises(RelayerUnavailable, match="is not at work: try again in 30 s"):
        admission.submit(ground.request(agent, "submitWork", run_id, "ipfs://done"))


def test_submit__account_is_empty__is_unavailable(ground, admission, sender, agent, run_id):
    """API-4: before anybody waits for what cannot be sent."""
    ground.rpc("anvil_setBalance", sender.address, "0x0")
    sender.step()
    with pytest.raises(RelayerUnavailable, match="holds too little ETH"):
        admission.submit(ground.request(agent, "submitWork", run_id, "ipfs://done"))
