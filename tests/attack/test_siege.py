"""All at once: an attacker that starves, a node that lies, and a chain that reorganises (SECURITY).

given a relayer and an index behind a node that omits, lags, limits, errs and lies at random
  and an agent without ETH that works for one poster, run after run, through the relayer
  when fresh keys flood the relayer, and blocks are replaced, for as long as it takes
  then every run that the agent has claimed is submitted, and none of its stake is lost
  and the index has the rows of a fresh one, and a listener has heard every event

SIEGE_MINUTES lasts that long, with another seed each time; where it is not set, a few runs.
"""

from __future__ import annotations

import os
import random
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import replace

from eth_account import Account
from sqlalchemy import select

from agentescrow import AgentClient
from agentescrow.api.app import create_app
from agentescrow.api.dependencies import Service
from agentescrow.api.rate_limits import RateLimit
from agentescrow.chain.connection import connect
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.pool import Pool
from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.chain.typed_data import terms_tuple
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.run import FINAL_STATES, RunState
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import AgentEscrowError, IndexProblem
from agentescrow.indexer.follow import Indexer
from agentescrow.relayer.admission import Admission
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.sender import Sender
from agentescrow.settings import Settings
from agentescrow.store.database import migrate, open_database
from agentescrow.store.lock import writer
from agentescrow.store.tables import events
from localnet import usdc
from tests.api.served import served
from tests.indexer.faulty_node import FAULTS, FaultyNode, is_stingy, owes_more
from tests.indexer.index import require_equal, sync
from tests.relayer.conftest import DAY, Clock, ground
from tests.waiting import ENOUGH

__all__ = ["ground"]

USDC = 10**6
ETH = 10**18
MINUTES = os.environ.get("SIEGE_MINUTES")
RUNS = 2
ROUNDS = 400  # that a claim may take to be submitted; in a week there are 300,000 blocks
DEEPEST = 6
SETTLED = 20


class Siege:
    """A poster and an agent at work, and all that is done to them."""

    def __init__(self, ground, database, node, choice):
        self.ground, self.node, self.choice = ground, node, choice
        self.clock, self.rounds, self.stops = Clock(), 0, 0
        deployment = ground.contracts.deployment
        pool, limits = Pool(node.url), RelayLimits(drafts=Settings().relayer_drafts)
        self.admission = Admission(database, pool, deployment, limits, self.clock)
        key = ground.chain.accounts["relayer"]
        self.sender = Sender(database, pool, deployment, key, limits=limits, clock=self.clock)
        self.poster, self.agent = ground.wallet("poster"), ground.wallet("agent")
        self.keys = [LocalWallet(ground.chain.w3, Account.create()) for _ in range(24)]
        self.claimed, self.submitted = {}, set()

    def begin(self):
        """An agent whose stake is as old as no reorganisation reaches, and which has no ETH."""
        contracts = self.ground.contracts
        self.agent_id = contracts.identity.register(self.agent, "ipfs://agent").event.agent_id
        for wallet, payee in (
            (self.agent, contracts.registry.address),
            (self.poster, contracts.runs.address),
        ):
            contracts.usdc.approve(wallet, payee, 10**12)
        contracts.registry.stake(self.agent, self.agent_id, 20 * USDC)
        for key in self.keys:
            usdc.mint(self.ground.chain.w3, key.address, 1_000)
        self.ground.rpc("anvil_setBalance", self.agent.address, "0x0")
        self.ground.rpc("anvil_setBalance", self.sender.address, hex(ETH // 10))
        self.ground.rpc("anvil_mine", hex(SETTLED))

    def round(self, index):
        """Everybody does what they do once."""
        self.rounds += 1
        self.clock.now += 2
        self.ground.rpc("evm_increaseTime", 2)
        self._attack()
        self._work()
        self._relay()
        index()
        if self.choice.random() < 0.1:
            self._reorganise()

    def _work(self):
        """The next thing to do for the run that is under way."""
        escrow = self.ground.contracts.runs
        run_id, run = self._under_way()
        if run is None:
            self._directly(lambda: escrow.post_run(self.poster, self._terms(), "ipfs://work"))
        elif run.state == RunState.OPEN:
            self._signed("claimRun", run_id, self.agent_id)
        elif run.state == RunState.CLAIMED:
            begun = self.claimed.setdefault((run_id, run.claimed_at), self.rounds)
            assert self.rounds - begun < ROUNDS, f"run {run_id} is not submitted: it is slashed"
            self._signed("submitWork", run_id, "ipfs://done")
        elif run.state == RunState.SUBMITTED:
            self.submitted.add(run_id)
            self._directly(lambda: escrow.approve(self.poster, run_id))

    def _under_way(self):
        """The poster's latest run, among those of the attackers; a reorganisation may move it."""
        escrow = self.ground.contracts.runs
        for run_id in range(escrow.run_count(), 0, -1):
            run = escrow.get_run(run_id)
            if run.poster == self.poster.address:
                return run_id, None if run.state in FINAL_STATES else run
        return None, None

    def _terms(self):
        return RunTerms(reward=10 * USDC, deadline=self.ground.now() + 30 * DAY)

    def _directly(self, act):
        try:
            act()
        except AgentEscrowError:  # a block was replaced meanwhile
            self._look_anew()

    def _signed(self, function, *args):
        try:
            self.admission.submit(self.ground.request(self.agent, function, *args))
        except AgentEscrowError:  # it comes again with the next round
            self._look_anew()

    def _attack(self):
        """Requests of fresh keys, and of keys with dust, and such as are worth nothing."""
        kind = self.choice.choice([self._dust, self._drafts, self._forged, self._claims])
        requests = [kind(key) for key in self.choice.sample(self.keys, 6)]
        with suppress(AgentEscrowError):  # the node answers nobody at all now and then
            self.admission.submit_all(requests)

    def _dust(self, key):
        escrow, terms = self.ground.contracts.runs, RunTerms(1, self.ground.now() + DAY)
        until_day = {"salt": self.choice.randbytes(32), "valid_before": self.ground.now() + DAY}
        paid = escrow.authorize_run(key, terms, "ipfs://x", **until_day)
        call = ("postRunWithAuthorization", terms_tuple(terms), "ipfs://x", paid.struct())
        return self.ground.request(key, *call)

    def _drafts(self, key):
        return self.ground.request(key)

    def _forged(self, key):
        """In the agent's name, by another's key."""
        asked = self.ground.request(key, "submitWork", 1, "ipfs://rubbish")
        return replace(asked, signer=self.agent.address)

    def _claims(self, key):
        return self.ground.request(key, "claimRun", 1, self.agent_id)

    def _relay(self):
        with suppress(AgentEscrowError):  # as `agentescrow relay` does, which steps again
            self.sender.step()

    def _reorganise(self):
        self.ground.rpc("anvil_reorg", self.choice.randint(1, DEEPEST), [])
        self._look_anew()

    def _look_anew(self):
        """Contracts and wallets remember what they have written, and where."""
        ground = self.ground
        self.poster = ground.wallet("poster")
        ground.contracts = Contracts(ground.chain.w3, load(ground.record))


class Index:
    """Follows the chain through the node; what stops it is what its owner starts again."""

    def __init__(self, connection, node, deployment):
        self._connection, self._node, self._deployment = connection, node, deployment
        self._indexer = None
        self.stops = []

    def __call__(self):
        """Come to the head, or stop aloud."""
        try:
            if self._indexer is None:
                reader = Reader(
                    Node(self._node.url), Contracts(connect(self._node.url), self._deployment)
                )
                self._indexer = Indexer(
                    self._connection, reader, self._deployment, longest_wait=0.02
                )
            while (progress := self._indexer.step()).block < progress.head:
                pass
        except IndexProblem as problem:
            self.stops.append(str(problem))
            self._indexer = None


class Listener:
    """Hears every event, and what is taken back."""

    def __init__(self, url, last):
        self.heard, self.twice = {}, []
        self._url, self._last = url, last
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, kind, *_error):
        if kind is None:
            self._thread.join(ENOUGH)
            assert not self._thread.is_alive(), "it has not heard the last event"

    def _listen(self):
        with AgentClient(self._url, patience=ENOUGH) as client:
            for event in client.events(from_block=0):
                place = event.id.partition("@")[0]
                if event.removed:
                    del self.heard[place]
                    continue
                if place in self.heard:
                    self.twice.append(event)
                self.heard[place] = (event.transaction_hash, event.name)
                if self._last(event):
                    return


def indexed(database):
    """The events that the index has, as a listener hears them."""
    with database.connect() as connection:
        found = connection.execute(select(events)).all()
    return {f"{row.block_number}:{row.log_index}": (row.tx_hash, row.name) for row in found}


def of_chance(choice):
    """Faults of a node: now and then one, of any kind."""
    faults = [*FAULTS, is_stingy, owes_more]
    return lambda: choice.choice(faults) if choice.random() < 1 / 40 else None


@contextmanager
def new_index(tmp_path, name):
    engine = open_database(f"sqlite:///{tmp_path / name}.db")
    migrate(engine)
    yield engine
    engine.dispose()


def test_siege__for_as_long_as_it_takes__nobody_loses_a_thing(ground, tmp_path):
    """API-4, API-5, API-6: no stake lost, every row that of a fresh sync, no event unheard."""
    seed = int(time.time()) if MINUTES else 11
    print(f"seed {seed}")  # noqa: T201 - shown where it fails
    choice = random.Random(seed)
    end = time.monotonic() + 60 * float(MINUTES or 0)
    with FaultyNode(ground.chain.url) as node, new_index(tmp_path, "index") as database:
        siege = Siege(ground, database, node, choice)
        siege.begin()
        deployment = ground.contracts.deployment
        service = Service(database, deployment, siege.admission._pool, siege.admission)
        app = create_app(service, rate_limit=RateLimit(0))
        with (
            writer(database) as connection,
            served(app) as running,
            Listener(
                running.url, lambda event: event.data.get("ipfsHash") == "ipfs://end"
            ) as listener,
        ):
            index = Index(connection, node, deployment)
            siege.sender.step()
            node.fault = of_chance(random.Random(seed + 1))
            while len(siege.submitted) < RUNS or time.monotonic() < end:
                siege.round(index)
            node.fault = lambda: None
            siege.ground.contracts.runs.create_run(siege.poster, siege._terms(), "ipfs://end")
            index()
        with new_index(tmp_path, "fresh") as another:
            sync(another, ground.contracts, ground.chain.url)
            require_equal(database, another)
        agent = ground.contracts.registry.get_agent(siege.agent_id)
        assert (agent.staked, agent.strikes) == (20 * USDC, 0)
        assert not listener.twice
        assert listener.heard == indexed(database)
