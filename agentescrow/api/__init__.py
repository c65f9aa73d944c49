"""REST API: it reads the index and relays signed requests. No route changes a run itself (API-4).

`app` puts it together, `server` serves it. A GET takes its `parameters`, reads the `index` in one
snapshot, and answers by `serializers`; `response_cache` repeats the answer while its block is the
indexed one. A POST becomes one call (`calldata`, `payments`), which `writes` has signed, relayed
and waited for, once per key (`idempotency`). `middleware` and `body_limits` see every request, and
`errors` answers every error in one shape. `feed` streams events; `openapi` describes all of it.

These modules know no nouns. What is about runs, agents or credits is in the folder of that name:
`routes`, `parameters`, `bodies`, `calldata`, `writes`, `serializers`. `service` has the rest.
"""
