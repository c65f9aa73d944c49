"""No list walks a table: SQLite's plans of all filters and orders."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import event, text

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.runs.run import RunState
from agentescrow.store.agents.queries import AgentFilter, count_agents, page_of_agents
from agentescrow.store.events import EventFilter, events_after
from agentescrow.store.people.relays import relays_of
from agentescrow.store.runs.lists import SORTS, Place, RunFilter, page_of_runs
from agentescrow.store.runs.lists import count as count_runs

STATES = ((), (RunState.OPEN,), (RunState.OPEN, RunState.CLAIMED))
FILTERS = [
    RunFilter(states=states, min_reward=least, **of, **numbers)
    for states, least, of, numbers in product(
        STATES,
        (0, 5),
        ({}, {"poster": "0x1"}, {"agent_id": 1}, {"wallet": "0x1"}),
        ({}, {"first": 3, "last": 9}, {"deadline_before": 5, "last": 9}),
    )
]
SORTED = "USE TEMP B-TREE FOR ORDER BY"
STARTS = ({}, {"offset": 40}, {"after": Place(50, 7)})


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("total", [100, 10**6], ids=["few", "many"])
def test_page_of_runs__of_any_filter__uses_an_index(database, sort, total):
    """API-6: of a million runs."""
    with database.connect() as connection:
        for wanted, start in product(FILTERS, STARTS):
            statement = page_of_runs(wanted, sort=sort, limit=21, total=total, **start)
            sql, values = statement.query.text(connection.dialect, statement.values)
            plan = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), values).all()
            walks = [row.detail for row in plan if row.detail.split()[:2] == ["SCAN", "runs"]]
            assert all("INDEX" in walk for walk in walks), (wanted, start, walks)


@pytest.mark.parametrize("states", STATES, ids=len)
@pytest.mark.parametrize("start", STARTS, ids=["first", "offset", "cursor"])
def test_page_of_runs__by_what_is_due__walks_the_index_of_each_state(database, states, start):
    """API-6: a page of a million runs is a few rows of each state, in order."""
    plan = plan_of(database, RunFilter(states=states), sort="due", total=10**6, **start)

    walks = [step for step in plan if step.startswith("SEARCH runs") and "state=" in step]
    assert len(walks) == (len(states) or len(RunState))
    assert all("ix_runs_state_due_run_id" in walk for walk in walks), plan
    merged = len(walks) > 1 or "offset" in start
    assert plan.count(SORTED) <= 2 * merged, plan


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("states", STATES, ids=len)
def test_page_of_runs__of_a_wallet__looks_up_its_runs(database, sort, states):
    """API-6: as poster, as payee and as owner, whatever else there is."""
    wanted = RunFilter(states=states, wallet="0x1")
    plan = plan_of(database, wanted, sort=sort, total=10**6, after=Place(50, 7))

    reads = {step.split(" (")[0]: step for step in plan if " runs " in step}
    for index in ("poster_state_reward_run_id", "wallet", "agent_id_state_reward_run_id"):
        assert any(f"ix_runs_{index}" in step for step in reads), plan
    assert any("ix_agents_owner" in step for step in plan), plan
    assert not any("SCAN runs" in step for step in plan), plan


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("states", STATES, ids=len)
@pytest.mark.parametrize("least", [0, 5])
def test_page_of_runs__of_deadlines__looks_them_up(database, sort, states, least):
    """API-6: among a million others, in an index that has all that is asked for."""
    wanted = RunFilter(states=states, min_reward=least, first=3, last=9, deadline_after=5)
    plan = plan_of(database, wanted, sort=sort, total=10**6)

    index = "ix_runs_state_deadline_reward_run_id (state=? AND deadline>?)"
    if sort == "due" and states == STATES[1]:
        index = "ix_runs_state_due_run_id (state=? AND <expr>>?)"
    assert any(index in step for step in plan), plan
    assert not any("SCAN runs" in step for step in plan), plan


def plan_of(database, wanted, **page):
    with database.connect() as connection:
        statement = page_of_runs(wanted, limit=21, **page)
        sql, values = statement.query.text(connection.dialect, statement.values)
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), values).all()
    return [row.detail for row in plan]


@pytest.mark.parametrize("states", [(), (RunState.OPEN,), (RunState.OPEN, RunState.CLAIMED)])
@pytest.mark.parametrize("sort", ["newest", "oldest"])
def test_page_of_runs__that_passes_over_many__reads_an_index_alone(database, states, sort):
    """API-6: of runs with much reward; no row is read of those that are passed over."""
    wanted = RunFilter(states=states, min_reward=5)
    statement = page_of_runs(wanted, sort=sort, limit=21, total=10**6, offset=1_000)
    with database.connect() as connection:
        sql, values = statement.query.text(connection.dialect, statement.values)
        plan = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"), values).all()
    walks = [row.detail for row in plan if " runs " in row.detail and "run_id=?" not in row.detail]
    assert walks
    assert all("USING COVERING INDEX" in walk for walk in walks), walks


def test_count__of_any_filter__is_of_an_index(database):
    """API-6: totals are exact, and no row is read for them."""
    with database.connect() as connection:
        for wanted in FILTERS:
            assert count_runs(connection, wanted) == 0 or wanted.numbered


@pytest.mark.parametrize(
    "wanted",
    [
        EventFilter(about=(("run_id", 1),)),
        EventFilter(about=(("agent_id", 1),)),
        EventFilter(about=(("run_id", 1), ("agent_id", 1)), names=("Paused",)),
        EventFilter(names=("Paused",)),
        EventFilter(names=("Paused", "Staked", "RunClaimed")),
    ],
)
def test_events_after__of_any_filter__walks_an_index_in_its_order(database, plans, wanted):
    """API-6: what is rare is found among millions, and nothing is sorted to find the first."""
    with database.connect() as connection:
        events_after(connection, 5, 3, 500, 100_000, wanted)

    assert plans
    for plan in plans:
        read = [step for step in plan if "events" in step]
        assert read
        assert all(step.startswith("SEARCH events USING") for step in read), plan
        if not wanted.by_name_only:  # else the first few hundred of each name are merged
            assert not any("TEMP B-TREE" in step for step in plan), plan
        assert "INDEX ix_events_" in " ".join(read) or "PRIMARY KEY" in " ".join(read), plan


@pytest.mark.parametrize("status", [None, *AgentStatus])
@pytest.mark.parametrize("owner", [None, "0x1"])
@pytest.mark.parametrize("start", [{}, {"offset": 40}, {"after": 50}], ids=str)
def test_agents__of_any_status_and_owner__walk_an_index(database, plans, status, owner, start):
    """API-6: a page is a few rows of each way to have a status."""
    wanted = AgentFilter(owner, status, now=10**9)
    with database.connect() as connection:
        count_agents(connection, wanted)
        page_of_agents(connection, wanted, limit=21, **start)

    index = "ix_agents_owner" if owner else "ix_agents_standing" if status is not None else "INDEX"
    for plan in plans:
        read = [step for step in plan if " agents" in step and "(agent_id=?" not in step]
        assert read
        assert all(index in step for step in read), plan
    if owner is None and status is not None:
        assert all("(<expr>=?" in step for plan in plans for step in plan if index in step), plans
        assert plans[-1].count(SORTED) <= 2, plans[-1]


@pytest.mark.parametrize("before", [None, 9])
def test_relays_of__a_signer__walks_its_index(database, plans, before):
    """API-4: the latest of a million requests are its last ones."""
    with database.connect() as connection:
        relays_of(connection, "0x1", limit=20, before=before)

    ((step,),) = plans
    assert step.startswith("SEARCH relays USING INDEX ix_relays_signer_sequence (signer=?")


@pytest.fixture
def plans(database):
    """SQLite's plans of all that is asked from here on."""
    found = []

    @event.listens_for(database, "before_cursor_execute")
    def note(connection, _cursor, statement, parameters, _context, _many):
        if statement.startswith(("SELECT", "WITH")):
            driver = connection.connection.driver_connection
            rows = driver.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall()
            found.append([row[3] for row in rows])

    yield found
    event.remove(database, "before_cursor_execute", note)
