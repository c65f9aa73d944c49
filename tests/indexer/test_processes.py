"""Indexers as processes: killed at any moment, and two at a time."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from agentescrow.store.position import read_position
from agentescrow.store.tables import events
from tests.indexer.index import require_equal, sync
from tests.waiting import ENOUGH, until

INDEX = [sys.executable, "-c", "from agentescrow.cli.main import main; main()", "index"]


@pytest.fixture
def start(activity, record, url, database):
    """Starts `agentescrow index` on the database."""
    started = []

    def run(*more):
        options = ["--rpc-url", activity.anvil.url, "--database-url", url]
        command = [*INDEX, *options, "--deployment", str(record), *more]
        started.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
        return started[-1]

    yield run
    for process in started:
        with process:  # which closes its pipes
            process.kill()


def test_index__killed_in_a_loop__has_the_rows_of_a_fresh_one(
    activity, contracts, database, fresh, start
):
    """API-5: kill -9 at any point is harmless, with blocks taken back meanwhile."""
    chosen = random.Random(3)
    for turn in range(2):
        activity.burst(25)
        before = _indexed(database)
        process = start()
        _until(lambda before=before: _indexed(database) > before, process)
        activity.burst(chosen.randint(1, 20))
        process.kill()
        process.wait()
        if turn % 2 == 0:
            activity.reorganise(chosen.randint(1, 8))
    activity.burst(5)

    sync(database, contracts, activity.anvil.url)

    another = fresh()
    sync(another, contracts, activity.anvil.url)
    require_equal(database, another)


def test_index__second_one_on_the_database__waits_its_turn(
    activity, contracts, database, fresh, start
):
    """API-5: nothing is written twice; the second goes on where the first was stopped."""
    first = start()
    _until(lambda: _indexed(database) > 0, first)
    second = start("--to-head")
    assert "The database is" in second.stdout.readline()
    assert "another indexer" in second.stdout.readline()
    activity.burst(10)
    assert second.poll() is None

    first.send_signal(signal.SIGTERM)

    assert first.wait(timeout=ENOUGH) == 0, first.stdout.read()
    assert second.wait(timeout=ENOUGH) == 0
    another = fresh()
    sync(another, contracts, activity.anvil.url)
    require_equal(database, another)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_index__json__says_how_far_it_is(activity, database, start):
    """API-5: for programs that watch it: the last line is the head, with all events."""
    activity.burst(20)

    process = start("--to-head", "--json")
    said, _ = process.communicate(timeout=ENOUGH)

    lines = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert lines[-1]["block"] == lines[-1]["head"] == activity.w3.eth.block_number
    assert lines[-1]["blocksLeft"] == 0
    with database.connect() as connection:
        assert lines[-1]["events"] == connection.execute(select(func.count(events.c.time))).scalar()


def test_index__no_node__is_waited_for_and_said_in_a_line(tmp_path):
    """API-5: processes start in any order; told to end, it ends with a chain's exit code."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'index.db'}"}
    asked = [*INDEX, "--rpc-url", "http://127.0.0.1:9"]

    with subprocess.Popen(asked, stderr=subprocess.PIPE, text=True, env=environment) as process:
        first = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()

    assert "the node does not answer" in first
    assert first.endswith("trying again\n")
    assert process.returncode == 4
    assert len(rest.splitlines()) == 1


def _indexed(database):
    """The last indexed block."""
    with database.connect() as connection:
        position = read_position(connection)
    return position.block_number if position else -1


def _until(condition, process):
    """Wait for what a process brings about."""

    def runs():
        assert process.poll() is None, process.stdout.read()

    until(condition, meanwhile=runs)
