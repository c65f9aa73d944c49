"""Opening databases and bringing their schema up to date."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from agentescrow.errors import DatabaseUnusable
from agentescrow.store.database import (
    Connections,
    DatabaseBusy,
    address_of,
    in_a_line,
    migrate,
    open_database,
    require_schema,
)
from agentescrow.store.tables import metadata


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_migrate__empty_database__is_the_schema_of_the_tables(database):
    """API-5: migrations and `tables` cannot drift apart."""
    with database.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), metadata)

    assert difference == []


def test_migrate__twice__changes_nothing(database):
    """API-5: every start of the indexer may do it."""
    migrate(database)

    require_schema(database)


def test_require_schema__empty_database__says_what_to_run(tmp_path):
    """API-5: who only reads creates nothing."""
    engine = open_database(f"sqlite:///{tmp_path / 'empty.db'}")

    with pytest.raises(DatabaseUnusable, match=r"it has no schema, \d{4} is needed: run `agentesc"):
        require_schema(engine)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://host/name",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://host:port/name",
    ],
)
def test_open_database__other_address__is_refused_with_what_is_allowed(url):
    """API-5: SQLite or PostgreSQL."""
    with pytest.raises(DatabaseUnusable, match="sqlite:///FILE or postgresql://"):
        open_database(url)


@pytest.mark.parametrize(
    "url", ["mysql://name:secret@host/name", "postgresql://name:secret@host:port/name"]
)
def test_open_database__refused_address__keeps_its_password(url):
    """A message may end up in a log."""
    with pytest.raises(DatabaseUnusable) as refused:
        open_database(url)

    assert "secret" not in str(refused.value)


def test_migrate__folder_missing__is_said_in_a_line(tmp_path):
    """No traceback for a wrong path."""
    engine = open_database(f"sqlite:///{tmp_path / 'missing' / 'index.db'}")

    with pytest.raises(DatabaseUnusable, match="unable to open database file"):
        migrate(engine)


def test_connections__one_transaction__see_one_snapshot(database):
    """API-6: all that one reply says is as of one block, whatever is written meanwhile."""
    with database.connect() as reader, database.connect() as writer:
        before = reader.execute(text("SELECT count(*) FROM operators")).scalar()
        writer.execute(text("INSERT INTO operators VALUES ('0x1', '0x2')"))
        writer.commit()

        assert reader.execute(text("SELECT count(*) FROM operators")).scalar() == before
        reader.rollback()
        assert reader.execute(text("SELECT count(*) FROM operators")).scalar() == before + 1


def test_open_database__relative_file__is_that_of_the_working_directory_at_the_time(
    tmp_path, monkeypatch
):
    """The default is one: three processes started in three places would have three databases."""
    monkeypatch.chdir(tmp_path)
    engine = open_database("sqlite:///agentescrow.db")
    monkeypatch.chdir(tmp_path.parent)

    assert address_of(engine) == f"sqlite:///{tmp_path / 'agentescrow.db'}"
    migrate(engine)
    assert (tmp_path / "agentescrow.db").exists()


def test_connect__all_are_in_use__is_a_database_that_is_busy(tmp_path):
    """API-3: whoever asks is told to come again; a server that hangs is no 500."""
    url, none_free = f"sqlite:///{tmp_path / 'index.db'}", {"max_overflow": 0, "pool_timeout": 0}
    engine = create_engine(url, poolclass=Connections, pool_size=1, **none_free)
    with engine.connect(), pytest.raises(DatabaseBusy) as busy:
        engine.connect()

    assert "limit" in in_a_line(busy.value)
    engine.dispose()
