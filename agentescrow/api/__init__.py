"""The REST API: reads the index, relays what others sign. No route writes a run (API-4).

`app` wires, `dependencies` names what routes take, `errors` is the one table of errors and HTTP
statuses, `cards` turns rows into shapes, `writes` relays and waits, `routes/` has one file a noun.
"""
