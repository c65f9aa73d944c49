"""Databases of earlier versions, brought up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import func, select, text

from agentescrow import store
from agentescrow.store import digest
from agentescrow.store.changes import Changes
from agentescrow.store.database import migrate, open_database, require_schema
from agentescrow.store.people.idempotency import KeyName, find_key
from agentescrow.store.position import Block, Position, keep_blocks, kept_blocks, read_position
from agentescrow.store.tables import (
    FROM_CHAIN,
    blocks,
    metadata,
    operators,
    run_counts,
    undo,
    vaults,
)
from agentescrow.store.undo import take_back

_ADDRESS = "0x" + "1" * 40
_HASH = "0x" + "2" * 64
_ROWS = {
    "markets": (_ADDRESS, 5),
    "vaults": ("StakeRegistry", _ADDRESS, _ADDRESS, False, 20, 0, 0, 0, 0),
    "operators": (_ADDRESS, _ADDRESS),
    "credits": ("RunEscrow", _ADDRESS, 7),
    "events": (9, 0, "StakeRegistry", "MarketScheduled", None, None, _HASH, 5, "{}"),
    "agents": (0, _ADDRESS, None, None, "", 1, 20, 0, 1, 0, 0, 0, 0, False, 0, 9),
    "run_counts": (1, 0, 100, 1),
    "blocks": (9, _HASH, _HASH, 5, "0" * 64),
    "undo": (9, 0, "markets", "[]", None),
    "position": (1, 8453, _ADDRESS, _ADDRESS, _ADDRESS, 4, 9, 12, 1, "stopped"),
    "relays": (
        *(_HASH, 1, _ADDRESS, "0", _ADDRESS, "0x", 1, 1, 1, 1, None, None),
        *("mined", True, _HASH, 9, None),
    ),
    "idempotency_keys": ("key", "0" * 64, _HASH, 1, "{}", 1),
    "relay_transactions": (_HASH, _HASH, 0, "0x", 1, 1, 1),
}
_VAULT = {"contract": "RunEscrow", "created_in": None, "owner": None, "treasury": None}
_VAULT |= {"paused": False, "held": 0, "credits": 0, "fees": 0, "fees_earned": 0, "volume": 0}


def upgrade(connection, revision):
    config = Config()
    config.set_main_option("script_location", str(Path(store.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.fixture
def before(tmp_path):
    """A database of schema 0003 with a row in each table."""
    engine = open_database(f"sqlite:///{tmp_path / 'index.db'}")
    with engine.begin() as connection:
        upgrade(connection, "0003")
        for table, row in _ROWS.items():
            places = ", ".join(f":v{number}" for number in range(len(row)))
            values = {f"v{number}": value for number, value in enumerate(row)}
            connection.execute(text(f"INSERT INTO {table} VALUES ({places})"), values)
    yield engine
    engine.dispose()


# The index of what is due is of an expression, which no plan would use if it were another one.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_migrate__database_of_before__has_the_schema_of_today(before):
    """API-5: whatever version made it."""
    migrate(before)

    require_schema(before)
    with before.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrate__database_of_before__is_read_from_the_chain_again(before):
    """API-5: rows of other rules are no rows of these; what is not the chain's stays."""
    migrate(before)

    with before.connect() as connection:
        for table in (*FROM_CHAIN, run_counts, blocks, undo):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0
        position = read_position(connection)
        kept = [
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()
            for table in ("idempotency_keys", "relay_transactions", "relays")
        ]
    assert (position.block_number, position.first_block, position.problem) == (3, 4, None)
    assert (position.contracts["RunEscrow"], position.chain_id) == (_ADDRESS, 8453)
    assert kept == [1, 1, 1]


def test_migrate__keys_of_before__are_their_signers_and_without_an_answer(before):
    """API-4: of which block an answer of before was, nobody knows: it is derived anew."""
    migrate(before)

    with before.connect() as connection:
        key = find_key(connection, KeyName(_ADDRESS, "key"))
    assert (key.meaning, key.request_id, key.answer) == ("0" * 64, _HASH, None)


@pytest.fixture
def of_three_columns(tmp_path):
    """A database of schema 0011, whose position has a column a contract, with two blocks."""
    engine = open_database(f"sqlite:///{tmp_path / 'index.db'}")
    columns = "id, chain_id, escrow, registry, identity, first_block, block_number, head, seen_at"
    with engine.begin() as connection:
        upgrade(connection, "0011")
        connection.execute(
            text(
                f"INSERT INTO position ({columns}) "
                "VALUES (1, 8453, '0xE', '0xA', '0x8', 1, 2, 12, 1)"
            )
        )
        changes = Changes(connection, 0)
        digests = []
        for number in (1, 2):
            changes.put(operators, {"owner": "0x1", "operator": f"0x{number}"})
            changes.change(vaults, "RunEscrow") or changes.put(vaults, dict(_VAULT))
            changes.change(vaults, "RunEscrow")["held"] += number
            changes.end_block(number)
            digests.append(digest.to_text(changes.digest))
        changes.write()
        kept = [Block(n, f"0x{n}", "", n, digests[n - 1]) for n in (1, 2)]
        keep_blocks(connection, kept)
    yield engine
    engine.dispose()


def test_migrate__position_of_three_columns__names_the_same_contracts(of_three_columns):
    """API-5: which contracts a database follows is what keeps it from others."""
    migrate(of_three_columns)

    with of_three_columns.connect() as connection:
        found = read_position(connection)
    contracts = {"RunEscrow": "0xE", "StakeRegistry": "0xA", "IdentityRegistry": "0x8"}
    assert found == Position(8453, contracts, 1, 2, 12, 1, None)


def test_migrate__reorganisation_right_after__takes_a_block_back(of_three_columns):
    """API-5: undo and digests of the version before are those of this one."""
    migrate(of_three_columns)

    with of_three_columns.begin() as connection:
        latest, first = kept_blocks(connection)
        assert digest.recomputed(connection) == latest.digest
        take_back(connection, 1)
        assert digest.recomputed(connection) == first.digest
        assert connection.execute(select(vaults.c.held)).scalars().all() == [1]
        assert read_position(connection).block_number == 1
