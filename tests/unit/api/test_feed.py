"""What listeners hear where the chain is reorganised (API-5, API-6).

given a listener that has heard events
  when blocks are taken back: it hears which, the latest first, and then what replaces them
  when it is cut off meanwhile: the same, from the place that it names
  when blocks without events are replaced by blocks with some: it hears these
given a listener that came later
  when it has heard nothing of what was taken back: it hears nothing of it
given a listener that asks for some events alone
  when blocks are taken back: it hears of these alone, too
given large texts
  whatever they are: no more than a part of them is held for a listener
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from agentescrow.api.feed import Feed, ListenerLimits, StreamPosition
from agentescrow.store import undo
from agentescrow.store.agents.queries import page_of_agents
from agentescrow.store.bulk import append
from agentescrow.store.database import migrate, open_database
from agentescrow.store.events import EventFilter, events_after
from agentescrow.store.position import Block, Position, begin_position, keep_blocks, move_position
from agentescrow.store.reorganisations import taken_back_by
from agentescrow.store.tables import agents, events

FROM_THE_START = StreamPosition(0, -1)
LATEST = 2**31 - 1


class Index:
    """An index into which blocks are written, and its feed."""

    def __init__(self, database):
        self.database = database
        with database.begin() as connection:
            begin_position(connection, Position(1, {}, 1, 0, 0, 0, None))

    def write(self, number, *names, data="{}"):
        """A block with events of these names."""
        rows = [
            (number, index, "RunEscrow", name, 1, None, f"0x{name}", 1000 + number, data)
            for index, name in enumerate(names)
        ]
        with self.database.begin() as connection:
            if rows:
                append(connection, events, rows)
            keep_blocks(connection, [Block(number, f"0x{number}", "0x", 1000 + number, "0" * 64)])
            move_position(connection, number, expected=number - 1)

    def take_back(self, number):
        """Back to a block."""
        with self.database.begin() as connection:
            undo.take_back(connection, number)

    @property
    def feed(self):
        """A new one for each event loop."""
        return Feed(SimpleNamespace(reads=self.database), ListenerLimits())

    def heard(self, place, **wanted):
        """What a listener hears from a place on, and the place after it."""
        heard = []

        async def listen():
            async for sent in self.feed.events(place, EventFilter(**wanted), follow=False):
                heard.append(sent)

        asyncio.run(listen())
        said = [
            ("-" if sent.event == "removed" else "") + json.loads(sent.data)["name"]
            for sent in heard
        ]
        return said, StreamPosition.from_id(heard[-1].id) if heard else place


@pytest.fixture
def index(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'index.db'}")
    migrate(engine)
    index = Index(engine)
    for number in range(1, 6):
        index.write(number, f"A{number}", f"B{number}")
    yield index
    engine.dispose()


def test_listener__blocks_replaced__hears_what_is_gone_and_what_came(index):
    """API-6: what it has heard is taken back before it hears what stands there now."""
    said, place = index.heard(FROM_THE_START)
    assert said == ["A1", "B1", "A2", "B2", "A3", "B3", "A4", "B4", "A5", "B5"]

    index.take_back(3)
    index.write(4, "C4")
    said, place = index.heard(place)

    assert said == ["-B5", "-A5", "-B4", "-A4", "C4"]
    index.write(5, "C5")
    assert index.heard(place)[0] == ["C5"]


def test_listener__reorganised_again_before_it_looks__hears_of_its_own_branch_only(index):
    """API-6: of the branch between it has heard nothing."""
    _, place = index.heard(FROM_THE_START)
    index.take_back(4)
    index.write(5, "C5")
    index.take_back(2)
    index.write(3, "D3")

    said, place = index.heard(place)

    assert said == ["-B5", "-A5", "-B4", "-A4", "-B3", "-A3", "D3"]
    assert index.heard(place)[0] == []


@pytest.mark.parametrize("cut", range(1, 5))
def test_listener__cut_off_in_the_midst__goes_on_there(index, cut):
    """API-6: from whatever it was sent last, one event after the other."""
    _, place = index.heard(FROM_THE_START)
    index.take_back(3)
    index.write(4, "C4")

    async def some():
        heard = []
        async for sent in index.feed.events(place, follow=False):
            heard.append(sent)
            if len(heard) == cut:
                return heard

    before = asyncio.run(some())
    rest, _ = index.heard(StreamPosition.from_id(before[-1].id))

    assert rest == ["-B5", "-A5", "-B4", "-A4", "C4"][cut:]


def test_listener__at_the_head__hears_what_replaces_silent_blocks(index):
    """API-6: it began behind block 7, and events of another block 6 are news to it."""
    index.write(6)
    index.write(7)
    place = StreamPosition(8, -1, reorganisation=0)
    index.take_back(5)
    index.write(6, "C6")

    assert index.heard(place)[0] == ["C6"]


@pytest.mark.parametrize(
    "place", [StreamPosition(4, -1, first_block=4), StreamPosition.from_id("3:1@")]
)
def test_listener__comes_after_the_reorganisation__hears_nothing_of_it(index, place):
    """API-6: nor of blocks for which it has not asked."""
    index.take_back(2)
    index.write(3, "C3")
    index.write(4, "C4")

    assert index.heard(place)[0] == ["C4"]


def test_listener__asked_from_a_block_on__hears_of_nothing_below(index):
    """API-6: also where the reorganisation goes below."""
    place = StreamPosition(4, -1, reorganisation=0, first_block=4)
    _, place = index.heard(place)
    index.take_back(2)
    index.write(3, "C3")
    index.write(4, "C4")

    said, _ = index.heard(StreamPosition(place.block, place.index, 0, first_block=4))

    assert said == ["-B5", "-A5", "-B4", "-A4", "C4"]


@pytest.mark.parametrize(
    ("wanted", "first", "then"),
    [
        ({"names": ("A2", "A5", "B4")}, ["A2", "B4", "A5"], ["-A5", "-B4"]),
        ({"names": ("B4",)}, ["B4"], ["-B4"]),
        ({"names": ("C4",)}, [], ["C4"]),
        ({"about": (("run_id", 1),), "names": ("A1", "A4")}, ["A1", "A4"], ["-A4"]),
        ({"about": (("run_id", 2),)}, [], []),
        ({"about": (("agent_id", 1),)}, [], []),
    ],
)
def test_listener__to_some_events_alone__hears_no_others(index, wanted, first, then):
    """API-6: whichever way it was told of them, and though it has heard nothing at all."""
    said, place = index.heard(FROM_THE_START, **wanted)
    assert said == first

    index.take_back(3)
    index.write(4, "C4")

    assert index.heard(replace(place, reorganisation=0), **wanted)[0] == then


def test_events_after__of_names__go_on_where_a_batch_ends(index):
    """API-6: however many there are of each name."""
    names = ("A1", "B1", "B3", "A4")
    with index.database.connect() as connection:
        found, place = [], (0, -1)
        while rows := events_after(connection, *place, 2, 10**6, EventFilter(names=names)):
            place = (rows[-1].block_number, rows[-1].log_index)
            found += [row.name for row in rows]

    assert found == ["A1", "B1", "B3", "A4"]


def test_events_after__large_texts__are_few_at_once(index):
    """API-6: a listener that does not read holds no more than a batch."""
    for number in range(6, 10):
        index.write(number, "D", data=json.dumps({"agent_uri": "x" * 400_000}))

    with index.database.connect() as connection:
        assert len(events_after(connection, 5, LATEST, 500, 1_000_000)) == 2
        assert len(events_after(connection, 5, LATEST, 500, 100_000)) == 1
    assert index.heard(StreamPosition(5, LATEST))[0] == ["D"] * 4


def test_taken_back_by__large_texts__are_few_at_once(index):
    """API-6: what is gone is as large as what came."""
    for number in range(6, 10):
        index.write(number, "D", data=json.dumps({"agent_uri": "x" * 400_000}))
    _, place = index.heard(StreamPosition(5, LATEST))
    index.take_back(5)

    with index.database.connect() as connection:
        for longest, number in ((1_000_000, 2), (100_000, 1)):
            found = taken_back_by(
                connection, 1, first_block=6, place=(9, 0), limit=500, longest=longest
            )
            assert len(found) == number
    assert index.heard(place)[0] == ["-D"] * 4


def test_page_of_agents__large_uris__are_read_as_far_as_they_are_shown(index):
    """API-6: a hundred agents with a block's worth of text each do not fill the memory."""
    columns = {column.name: 0 for column in agents.c}
    owner = "0x" + "1" * 40
    row = {**columns, "owner": owner, "approved": None, "wallet": None, "frozen": False}
    with index.database.begin() as connection:
        connection.execute(agents.insert(), [{**row, "uri": "ä" * 600_000}])
        (found,) = page_of_agents(connection, limit=100)

    assert len(found.uri) < 10_000
