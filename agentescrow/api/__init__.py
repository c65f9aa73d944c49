"""The REST API: reads the index, relays what others sign. No route writes a run (API-4).

`app` wires. `routes/` has one file a noun: each route takes its `parameters`, reads the `index` in
one snapshot and answers with `cards`, which are rows as JSON. A POST has one of the `bodies`, a
`meaning` (signer, terms, call) and is done by `run_writer` or `stake_writer`, which are `writer`s,
and `writes`: signed, relayed, waited for, and by `idempotency` only once. `deposits` looks reported
stakes up. `traffic` and `body_gate` see every request first, `server` before them; `errors` is the
one shape in which all errors leave.
`feed` is who listens to events. `openapi` says what all of it answers.
"""
