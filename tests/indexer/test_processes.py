"""Indexers as processes: killed at any moment, and two at a time."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.indexer.index import require_equal, sync

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
        process.kill()
        process.wait()


def test_index__killed_in_a_loop__has_the_rows_of_a_fresh_one(
    activity, contracts, database, fresh, start
):
    """API-5: kill -9 at any point is harmless, with blocks taken back meanwhile."""
    when = random.Random(3)
    for turn in range(4):
        activity.burst(25)
        process = start()
        time.sleep(when.uniform(0.8, 2.0))  # anywhere in its work; nothing depends on where
        activity.burst(5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if turn % 2:
            activity.reorganise(when.randint(1, 8))
    activity.burst(5)

    assert start("--to-head").wait(timeout=60) == 0

    another = fresh()
    sync(another, contracts, activity.anvil.url)
    require_equal(database, another)


def test_index__second_one_on_the_database__waits_its_turn(
    activity, contracts, database, fresh, start
):
    """API-5: nothing is written twice; the second goes on where the first was stopped."""
    first = start()
    _until(lambda: _events(database) > 0)
    second = start("--to-head")

    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(timeout=3)
    activity.burst(10)
    first.send_signal(signal.SIGTERM)

    assert first.wait(timeout=20) == 0
    assert second.wait(timeout=20) == 0
    another = fresh()
    sync(another, contracts, activity.anvil.url)
    require_equal(database, another)


def test_index__no_node__is_one_line(tmp_path):
    """A problem is said in a line, with exit code 1."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'index.db'}"}

    done = subprocess.run(
        [*INDEX, "--rpc-url", "http://127.0.0.1:9"], capture_output=True, text=True, env=environment
    )

    assert done.returncode == 1
    assert "the node does not answer" in done.stderr
    assert "Traceback" not in done.stderr


def _events(database):
    with database.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM events").scalar()


def _until(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
