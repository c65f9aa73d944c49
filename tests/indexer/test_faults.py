"""Nodes that do not answer, or not the truth."""

from __future__ import annotations

import itertools
import random

import pytest

from agentescrow.errors import IndexWrong
from agentescrow.store.position import read_position
from tests.indexer.faulty_node import FAULTS, FaultyNode, keeps_logs_back
from tests.indexer.index import require_equal, rows, sync


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_sync__node_fails_for_a_while_again_and_again__has_the_rows_of_a_fresh_one(
    activity, contracts, database, fresh, fault
):
    """API-5: RPC errors, rate limits, "range too large", half-synced nodes."""
    activity.burst(20)
    another = fresh()
    sync(another, contracts, activity.anvil.url)
    turn = itertools.count()

    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: fault if next(turn) % 12 in (1, 2, 3, 7) else None
        sync(database, contracts, node.url, longest_wait=0.02)

    require_equal(database, another)


def test_sync__all_faults_and_a_reorganisation__has_the_rows_of_a_fresh_one(
    activity, contracts, database, fresh
):
    """API-5: in any mixture."""
    chosen = random.Random(7)
    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: chosen.choice([*FAULTS, *[None] * 40])
        for depth in (1, 5, 2):
            activity.burst(10)
            sync(database, contracts, node.url, longest_wait=0.02)
            activity.reorganise(depth)
        activity.burst(5)
        sync(database, contracts, node.url, longest_wait=0.02)
    another = fresh()
    sync(another, contracts, activity.anvil.url)

    require_equal(database, another)


def test_sync__old_logs_kept_back_for_ever__is_found_out_by_the_sums(activity, contracts, database):
    """API-5: the second detector: what the events add up to is what the contracts owe."""
    activity.anvil.rpc("anvil_mine", hex(300))  # so old that blocks are not looked at one by one

    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: keeps_logs_back
        with pytest.raises(IndexWrong, match="add up to 0 base units, but it owes"):
            sync(database, contracts, node.url, longest_wait=0.02)

    with database.connect() as connection:
        assert "add up to" in read_position(connection).problem
    assert rows(database)["events"] == []
