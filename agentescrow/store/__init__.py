"""The database: what the contracts have said, as rows. The only package that imports SQLAlchemy.

`tables` is the schema and says what each column means; `migrations/` brings a database there.
Reading: `position` (up to which block), `runs`, `agents`, `claims`, `totals`. Writing, for the
indexer alone: `changes`, with `undo` and `digest`, under `lock`.
"""
