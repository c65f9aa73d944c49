"""What the OpenAPI document says that can be read."""

from __future__ import annotations

import re

_FILLED = {
    "run_id": "1",
    "agent_id": "1",
    "account": "0x" + "1" * 40,
    "request_id": "0x" + "1" * 64,
}

_NEEDED = {"agentId": "1", "signer": "0x" + "1" * 40}


def reads(client):
    """Every path that is read, and its query parameters by name."""
    for path, operations in client.get("/openapi.json").json()["paths"].items():
        if "get" in operations:
            declared = operations["get"].get("parameters", [])
            filled = re.sub(r"\{(\w+)\}", lambda name: _FILLED[name[1]], path)
            yield filled, {each["name"]: each for each in declared if each["in"] == "query"}


def needed(declared):
    """What a read cannot do without, and what ends a stream."""
    required = [name for name, each in declared.items() if each["required"]]
    found = {name: _NEEDED[name] for name in required}
    return found | ({"follow": "false"} if "follow" in declared else {})
