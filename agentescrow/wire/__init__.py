"""JSON shapes of the REST API: the server writes them, the SDK reads them (API-2, API-3).

The kernel is `shape`, `pagination`, `problem`, `codes`, `relay` and `events`; `runs`,
`eligibility`, `agents`, `credits`, `stats`, `config` and `health` are the shapes of one subject
each. Inside the package, amounts are int base units and times int unix seconds; in JSON they are
decimal strings and ISO 8601. Every shape is a pydantic model: snake_case in Python, camelCase in
JSON. A field stands here once: the API's serializers and the OpenAPI document are made from it.
"""
