"""What proves that events are missing.

given runs and agents, which begin one after the other
  when one is left out, at the start, between or at the end: it is said
  when code that receives an agent's NFT registers more: nothing is missing
given a run in some state
  when an event comes that the contract does not emit in that state: another one is missing
given an agent that nobody has registered
  when anything is said of it: its registration is missing
given a contract that is there
  when the events of its deployment are not: they are missing
"""

from __future__ import annotations

import pytest

from agentescrow.chain import events as said
from agentescrow.chain.reader import Header, Log
from agentescrow.errors import EventsMissing, RunsMissing
from agentescrow.indexer.apply import apply
from agentescrow.indexer.batch import Batch, Entry
from agentescrow.store.database import migrate, open_database
from agentescrow.store.position import Position, begin_position
from agentescrow.store.tables import agents

NOBODY, OWNER, BUYER, TREASURY = (f"0x{digit * 40}" for digit in "0123")
KEY = "agentWallet"
DEPLOYED = (
    ("StakeRegistry", said.OwnershipTransferred(NOBODY, OWNER)),
    ("RunEscrow", said.OwnershipTransferred(NOBODY, OWNER)),
    ("RunEscrow", said.TreasurySet(TREASURY)),
)


@pytest.fixture
def index(tmp_path):
    """Indexes one block after the other, each with the events that it is given."""
    engine = open_database(f"sqlite:///{tmp_path / 'index.db'}")
    migrate(engine)
    with engine.begin() as connection:
        begin_position(connection, Position(1, {}, 1, 0, 0, 0, None))
    number = 0

    def one(*spoken, **owed):
        nonlocal number
        block = Header(number + 1, f"0x{number + 1:064x}", f"0x{number:064x}", 1000 + number, 0)
        entries = [
            Entry(Log(block.number, block.hash, place, None, "0xa", contract, event), block.time)
            for place, (contract, event) in enumerate(spoken)
        ]
        batch = Batch(block.number, block, block.number, {block.number: block}, entries, owed)
        with engine.begin() as connection:
            apply(connection, batch)
            found = connection.execute(agents.select().order_by(agents.c.agent_id)).all()
        number += 1
        return found

    yield one
    engine.dispose()


def created(run_id):
    return "RunEscrow", said.RunCreated(run_id, OWNER, 10**6, 50_000, 9_000, 7, 3, 1, "ipfs://task")


def of_run(*events):
    return [("RunEscrow", event) for event in events]


def of_identity(*events):
    return [("IdentityRegistry", event) for event in events]


def minted(agent_id, owner=OWNER):
    return of_identity(said.AgentTransfer(NOBODY, owner, agent_id))


def registered(agent_id, owner=OWNER):
    wallet = said.MetadataSet(agent_id, bytes(32), KEY, bytes.fromhex(owner[2:]))
    return of_identity(said.Registered(agent_id, "ipfs://agent", owner), wallet)


@pytest.mark.parametrize(
    ("before", "then", "words"),
    [
        ([], [2], "run 2, but no block before has that of run 1"),
        ([1], [3], "run 3, but no block before has that of run 2"),
        ([1, 2], [3, 5], "run 5, but no block before has that of run 4"),
        ([1, 2], [2], "run 2, but no block before has that of run 3"),
    ],
)
def test_runs__one_left_out__is_said(index, before, then, words):
    """RUN-1, API-5: numbers have no gaps, within a batch and between two."""
    index(*DEPLOYED, *map(created, before))

    with pytest.raises(EventsMissing, match=words):
        index(*map(created, then))


def test_runs__fewer_than_the_contract_counts__is_said(index):
    """API-5: the last ones leave no gap."""
    index(*DEPLOYED, created(1), runs=1)
    index(created(2))

    with pytest.raises(RunsMissing, match="begun 3 runs, but the contract counts 5"):
        index(created(3), runs=5)


FUNDED = said.RunFunded(1, 1_050_000)
CLAIMED = said.RunClaimed(1, 0, OWNER, 20 * 10**6, 9_000)
SUBMITTED = said.WorkSubmitted(1, "ipfs://work", 9_000)
REVISED, AGAIN = (said.RevisionRequested(1, number, 9_000, "more") for number in (1, 2))
APPROVED = said.RunApproved(1, 0, OWNER, 10**6, 50_000, silent=False)
REJECTED = said.RunRejected(1, 0, 1_050_000, "no")


@pytest.mark.parametrize(
    ("before", "then", "state"),
    [
        ([], CLAIMED, "DRAFT"),
        ([FUNDED], FUNDED, "OPEN"),
        ([FUNDED], SUBMITTED, "OPEN"),
        ([FUNDED, CLAIMED], CLAIMED, "CLAIMED"),
        ([FUNDED, CLAIMED], APPROVED, "CLAIMED"),
        ([FUNDED, CLAIMED], REVISED, "CLAIMED"),
        ([FUNDED, CLAIMED, SUBMITTED], SUBMITTED, "SUBMITTED"),
        ([FUNDED, CLAIMED, SUBMITTED, REVISED], REJECTED, "REVISION_REQUESTED"),
        ([FUNDED, CLAIMED, SUBMITTED, REVISED], APPROVED, "REVISION_REQUESTED"),
        ([FUNDED, CLAIMED, SUBMITTED, APPROVED], REVISED, "APPROVED"),
    ],
    ids=lambda each: each if isinstance(each, str) else None,
)
def test_run__event_of_another_state__is_said(index, before, then, state):
    """API-5: no sum and no number tells of work that was submitted in logs that are kept back."""
    agent = [*minted(0), *registered(0)]
    index(*DEPLOYED, *agent, created(1), *of_run(*before))

    words = f"{type(then).__name__} of run 1, but no block before has the event that ended {state}"
    with pytest.raises(EventsMissing, match=words):
        index(*of_run(then))


def test_run__revision_left_out__is_said(index):
    """API-5: together with the submission that followed, so that the state fits again."""
    agent = [*minted(0), *registered(0)]
    index(*DEPLOYED, *agent, created(1), *of_run(FUNDED, CLAIMED, SUBMITTED))

    with pytest.raises(
        EventsMissing, match="revision 2 of run 1, but no block before has revision 1"
    ):
        index(*of_run(AGAIN))


@pytest.mark.parametrize(("before", "then"), [([], 1), ([0], 2), ([0, 1], 1)])
def test_agents__one_left_out__is_said(index, before, then):
    """API-6: their numbers begin with 0."""
    for agent_id in before:
        index(*minted(agent_id), *registered(agent_id))

    with pytest.raises(EventsMissing, match=f"agent {then}, but no block before has that of agent"):
        index(*minted(then), *registered(then))


def test_agents__registration_left_out__is_said(index):
    """API-6: without it the URI would be missing for good."""
    with pytest.raises(EventsMissing, match="the NFT of agent 0, but not its registration"):
        index(*minted(0))


@pytest.mark.parametrize(
    "spoken",
    [
        ("StakeRegistry", said.Staked(7, OWNER, 20)),
        ("IdentityRegistry", said.AgentTransfer(OWNER, BUYER, 7)),
        ("IdentityRegistry", said.AgentApproval(OWNER, BUYER, 7)),
        ("IdentityRegistry", said.UriUpdated(7, "ipfs://moved", OWNER)),
        ("IdentityRegistry", said.Registered(7, "ipfs://agent", OWNER)),
        ("IdentityRegistry", said.MetadataSet(7, bytes(32), KEY, b"")),
    ],
)
def test_agent__nobody_registered__is_said_whatever_it_does(index, spoken):
    """API-5: it was registered in logs that the node keeps back."""
    with pytest.raises(EventsMissing, match="an event of agent 7, but no block before has its reg"):
        index(*DEPLOYED, spoken)


@pytest.mark.parametrize("missing", [0, 1])
def test_contracts__deployment_left_out__is_said(index, missing):
    """API-5: they are there, for they say what they owe."""
    spoken = [each for n, each in enumerate(DEPLOYED) if n != missing]

    with pytest.raises(EventsMissing, match="the events of its deployment"):
        index(*spoken, RunEscrow=0, StakeRegistry=0)


def test_agents__handed_on_while_received__are_the_buyers(index):
    """API-6: the owner is who the transfers say; the wallet of a registration is as old as it."""
    handed_on = of_identity(
        said.MetadataSet(0, bytes(32), KEY, b""), said.AgentTransfer(OWNER, BUYER, 0)
    )
    (row,) = index(*minted(0), *handed_on, *registered(0))

    assert (row.owner, row.wallet, row.uri) == (BUYER, None, "ipfs://agent")


def test_agents__handed_on_and_back_while_received__have_no_wallet(index):
    """API-6: a transfer takes it away, and the registry stores none anew."""
    there, back = said.AgentTransfer(OWNER, BUYER, 0), said.AgentTransfer(BUYER, OWNER, 0)
    (row,) = index(*minted(0), *of_identity(there, back), *registered(0))

    assert (row.owner, row.wallet) == (OWNER, None)


def test_agents__registered_while_one_is_received__are_in_order(index):
    """API-6: the outer registration is said last."""
    inner = [*minted(1, BUYER), *registered(1, BUYER)]
    first, second = index(*minted(0), *inner, *registered(0))

    assert (first.owner, first.wallet, second.owner, second.wallet) == (OWNER, OWNER, BUYER, BUYER)
