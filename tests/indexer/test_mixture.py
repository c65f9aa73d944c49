"""Traffic, reorganisations, kills and faults of the node in any order.

MIXTURES changes how many are tried (4 where it is not set, always the same ones), for each kind of
database; set, they are others each time.
"""

from __future__ import annotations

import os
import random
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentescrow.indexer.reorg import DEPTH
from tests.indexer.faulty_node import FAULTS, FaultyNode
from tests.indexer.index import new_database, require_equal, sync
from tests.killed import index, kill_before

MIXTURES = os.environ.get("MIXTURES")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("burst"), st.integers(1, 25)),
        st.tuples(st.just("reorganise"), st.integers(1, DEPTH)),
        st.tuples(st.just("sync"), st.just(0)),
        st.tuples(st.just("sync while the chain moves"), st.integers(1, 12)),
        st.tuples(st.just("sync with faults"), st.integers(0, 2**16)),
        st.tuples(st.just("kill"), st.integers(1, 60)),
    ),
    min_size=3,
    max_size=10,
)


@settings(
    max_examples=int(MIXTURES or 4),
    derandomize=MIXTURES is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32), steps=steps)
def test_sync__any_mixture__has_the_rows_of_a_fresh_one(
    activity, contracts, record, url, tmp_path, seed, steps
):
    """API-5: kills, faults, and reorganisations of up to 200 blocks, seen or slept through."""
    activity.random.seed(seed)
    with _beginning(activity), _database(url) as database:
        for kind, number in steps:
            _take(kind, number, activity, contracts, record, database, url)
        activity.burst(3)
        sync(database, contracts, activity.anvil.url)
        with _database(f"sqlite:///{tmp_path / 'fresh.db'}") as another:
            sync(another, contracts, activity.anvil.url)
            require_equal(database, another)


def _take(kind, number, activity, contracts, record, database, url):
    node = activity.anvil.url
    if kind == "burst":
        activity.burst(number)
    elif kind == "reorganise":
        activity.reorganise(number)
    elif kind == "kill":
        kill_before(number, index, url, node, str(record))
    elif kind == "sync with faults":
        chosen = random.Random(number)
        with FaultyNode(node) as faulty:
            faulty.fault = lambda: chosen.choice([*FAULTS, *[None] * 40])
            sync(database, contracts, faulty.url, longest_wait=0.02)
    elif kind == "sync while the chain moves":
        with FaultyNode(node) as moving:
            moving.fault = _reorganises_after(number, activity)
            sync(database, contracts, moving.url, longest_wait=0.02)
    else:
        sync(database, contracts, node)


def _reorganises_after(answers, activity):
    """What takes some blocks back once, between two answers."""
    left = answers

    def moved():
        nonlocal left
        left -= 1
        if left == 0:
            activity.reorganise(answers)

    return moved


@contextmanager
def _beginning(activity):
    """A chain so long that reorganisations stay above the deployment; as it was, afterwards."""
    snapshot = activity.anvil.rpc("evm_snapshot")
    activity.anvil.rpc("anvil_mine", hex(DEPTH + 20))
    try:
        yield
    finally:
        activity.anvil.rpc("evm_revert", snapshot)
        activity.anvil.rpc("evm_setAutomine", False)


@contextmanager
def _database(url):
    engine = new_database(url)
    try:
        yield engine
    finally:
        engine.dispose()
