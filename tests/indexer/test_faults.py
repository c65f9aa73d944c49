"""Nodes that do not answer, or not the truth."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from agentescrow.chain.reader import Reader
from agentescrow.chain.rpc import Node
from agentescrow.errors import DatabaseUnusable, EventsMissing, IndexWrong, NodeUnreachable
from agentescrow.indexer import settled_reads
from agentescrow.indexer.follow import Indexer
from agentescrow.store.lock import writer
from agentescrow.store.position import read_position
from tests.indexer.faulty_node import (
    FAULTS,
    FaultyNode,
    down,
    forgets_beginnings,
    is_stingy,
    keeps_logs_back,
    owes_more,
    twice_in_eight,
)
from tests.indexer.index import new_database, require_equal, rows, sync


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_sync__node_fails_for_a_while_again_and_again__has_the_rows_of_a_fresh_one(
    activity, contracts, fresh, fault, caplog
):
    """API-5: RPC errors, rate limits, "range too large", half-synced nodes, nonsense."""
    database, another = fresh(), fresh()
    activity.burst(12)
    sync(another, contracts, activity.anvil.url)

    with FaultyNode(activity.anvil.url) as node:
        again_and_again = twice_in_eight(fault)
        node.fault = lambda: again_and_again
        sync(database, contracts, node.url, longest_wait=0.02)

    # Else it might be that the fault changed nothing that matters.
    assert any(words in caplog.text for words in FAULTS[fault].split("|"))
    require_equal(database, another)


def test_sync__stingy_node__is_asked_for_as_much_as_it_gives(activity, contracts, fresh):
    """API-5: a limit that is never lifted, on blocks and on questions at once."""
    database, another = fresh(), fresh()
    activity.burst(20)
    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: is_stingy
        sync(database, contracts, node.url, longest_wait=0.02)
        activity.reorganise(15)
        activity.burst(5)
        sync(database, contracts, node.url, longest_wait=0.02)
    sync(another, contracts, activity.anvil.url)

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

    assert "add up to" in _position(database).problem
    assert rows(database)["events"] == []


def test_sync__node_moves_while_it_is_asked__is_asked_again_before_anything_is_said(
    activity, contracts, fresh, caplog
):
    """API-5: Anvil answers of a later state while it mines; no alarm rings on an honest node."""
    database, another, asked = fresh(), fresh(), Counter()
    activity.burst(12)

    def moves(questions, answers):
        asked["sums"] += any(question["method"] == "eth_call" for question in questions)
        if asked["sums"] % 6 in (1, 2, 3, 4):
            activity.anvil.rpc("evm_mine")
            return owes_more(questions, answers)
        return 200, json.dumps(answers).encode()

    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: moves if asked["sums"] < 18 else None
        sync(database, contracts, node.url, longest_wait=0.02)
    sync(another, contracts, activity.anvil.url)

    assert caplog.messages == []
    require_equal(database, another)


@pytest.mark.parametrize("moves", [False, True], ids=["at rest", "moving"])
def test_sync__sums_wrong_for_ever__is_found_out_whether_the_node_moves_or_not(
    activity, contracts, fresh, moves, monkeypatch
):
    """API-5: a node does not get out of the comparison by making blocks."""
    monkeypatch.setattr(settled_reads, "_LONGEST_PAUSE", 0.02)
    activity.burst(12)

    def lies(questions, answers):
        if moves and any(question["method"] == "eth_call" for question in questions):
            activity.anvil.rpc("evm_mine")
        return owes_more(questions, answers)

    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: lies
        with pytest.raises(IndexWrong, match="add up to"):
            sync(fresh(), contracts, node.url, longest_wait=0.02)


def test_sync__beginning_of_a_run_kept_back_for_ever__is_found_out_by_what_follows(
    activity, contracts, fresh
):
    """API-5: a draft owes nothing, so the sums do not tell; nor does the index go on without it."""
    database, now = fresh(), activity.w3.eth.get_block("latest")["timestamp"]
    activity.send(activity.poster, "runs", "createRun", (10**6, now + 10**5, 1, 0, 1), "ipfs://1")
    activity.mine()
    activity.send(activity.poster, "runs", "fundRun", contracts.runs.run_count())
    activity.mine()

    with FaultyNode(activity.anvil.url) as node:
        node.fault = lambda: forgets_beginnings
        with pytest.raises(EventsMissing, match="event of run 1"):
            sync(database, contracts, node.url, longest_wait=0.02)

    assert "no block before has the one that created it" in _position(database).problem


def test_follow__asked_to_end_while_the_node_is_down__ends_with_what_is_wrong(
    activity, contracts, fresh
):
    """API-5: it does not try for ever when nobody wants it any more."""
    asked, ended = iter([False]), []
    with FaultyNode(activity.anvil.url) as node, writer(fresh()) as connection:
        indexer = Indexer(
            connection, Reader(Node(node.url), contracts), contracts.deployment, longest_wait=0.02
        )
        node.fault = lambda: down
        with pytest.raises(NodeUnreachable):
            indexer.follow(ended.append, lambda: next(asked, True))

    assert ended == []


def test_step__database_locked_by_somebody_else__is_tried_again(
    activity, contracts, fresh, caplog, monkeypatch
):
    """API-5: API and relayer write into the same database, and may take their time."""
    database = fresh()
    with writer(database) as connection, database.connect() as another:
        indexer = Indexer(
            connection,
            Reader(Node(activity.anvil.url), contracts),
            contracts.deployment,
            longest_wait=0.02,
        )
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        connection.rollback()
        another.info["begin"] = "BEGIN IMMEDIATE"
        lock = another.begin()
        # Once it has complained:
        monkeypatch.setattr(caplog.handler, "emit", lambda _record: lock.rollback())

        assert indexer.step().events > 0


def test_step__disk_full__says_so_in_a_line_and_goes_on_when_there_is_room(
    activity, contracts, tmp_path, caplog, monkeypatch
):
    """API-5: nothing is half written, and no text of a stranger's gets into the log."""
    database = new_database(f"sqlite:///{tmp_path / 'index.db'}")
    said = []
    with writer(database) as connection:
        indexer = Indexer(
            connection,
            Reader(Node(activity.anvil.url), contracts),
            contracts.deployment,
            longest_wait=0.02,
        )

        def allow(pages):
            connection.connection.driver_connection.execute(f"PRAGMA max_page_count = {pages}")

        def heard(record):
            said.append(record.getMessage())
            allow(10**6)

        allow(1)  # no more than there are
        monkeypatch.setattr(caplog.handler, "emit", heard)
        assert indexer.step().events > 0

    assert said == ["database or disk is full; trying again"]
    database.dispose()


def test_step__database_gone__is_said(activity, contracts, cluster):
    """API-5: the lock went with the connection, so nothing is written over another one."""
    database = new_database(cluster)

    with pytest.raises(DatabaseUnusable, match="connection is lost"):
        _step_without_connection(database, Reader(Node(activity.anvil.url), contracts), contracts)

    database.dispose()


def _step_without_connection(database, reader, contracts):
    with writer(database) as connection:
        indexer = Indexer(connection, reader, contracts.deployment)
        server = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        connection.rollback()
        with database.begin() as another:
            another.exec_driver_sql(f"SELECT pg_terminate_backend({server})")
        indexer.step()


def _position(database):
    with database.connect() as connection:
        return read_position(connection)
