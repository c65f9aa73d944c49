"""The schema as PostgreSQL is told of it."""

from __future__ import annotations

from io import StringIO

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from agentescrow.store import database
from agentescrow.store.schema import Kind, kind_of, tables_of
from agentescrow.store.tables import metadata


def migrations():
    """The SQL of all migrations, from the first to the last."""
    written = StringIO()
    options = {"as_sql": True, "output_buffer": written}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    folder = ScriptDirectory(str(database._MIGRATIONS))
    with Operations.context(context):
        for step in reversed(list(folder.walk_revisions())):
            step.module.upgrade()
    return written.getvalue()


def test_numbers__of_any_table__are_made_up_by_no_database():
    """API-5: all of them come from the chain; a sequence would invent what is left out."""
    tables = [
        str(CreateTable(table).compile(dialect=postgresql.dialect()))
        for table in metadata.sorted_tables
    ]

    assert len(tables) > 10
    for said in (*tables, migrations()):
        assert "CREATE TABLE" in said
        assert "SERIAL" not in said
        assert "IDENTITY" not in said


def test_tables__each__are_from_the_chain_counts_bookkeeping_or_peoples():
    """API-5: what users fill is outside undo and the digest, and never lost to a reorganisation."""
    named = {kind: {table.name for table in tables_of(kind)} for kind in Kind}

    assert all(isinstance(kind_of(table), Kind) for table in metadata.tables.values())
    assert named[Kind.PEOPLE] == {"relays", "relay_transactions", "relayer", "idempotency_keys"}
    assert named[Kind.COUNTS] == {"run_counts"}
    assert named[Kind.KERNEL] == {
        *("blocks", "undo", "reorganisations", "taken_back", "position"),
    }
    assert sum(map(len, named.values())) == len(metadata.tables)
