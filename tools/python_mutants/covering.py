"""Which tests a file of the package is covered by: near ones first, then all that may notice."""

from __future__ import annotations

from typing import Final

from artifacts import ROOT

Step = tuple[str, ...]
"""Tests that run together."""

_API, _INDEXER, _RELAYER, _SDK = "tests/api", "tests/indexer", "tests/relayer", "tests/sdk"
_LIVES: Final = (f"{_SDK}/test_run_life.py", f"{_SDK}/test_documented_calls.py")
_INDEXING: Final = (f"{_INDEXER}/test_sync.py", f"{_INDEXER}/test_reorganisations.py")
_RELAYING: Final = (f"{_RELAYER}/test_admission.py", f"{_RELAYER}/test_sender.py")
_READING: Final = (f"{_API}/test_reads.py", f"{_API}/test_documented_json.py")

# By the longest beginning of a path below agentescrow/: some tests that kill most of its mutants.
_NEAR: Final[dict[str, tuple[Step, ...]]] = {
    "api/": (("tests/unit/api",), _READING, (f"{_API}/test_run_life.py",)),
    "api/body_limits": (
        ("tests/unit/api",),
        (f"{_API}/test_server.py",),
        (f"{_API}/test_abuse.py",),
    ),
    "api/agents/deposits": ((f"{_API}/test_stake.py",),),
    "api/feed": ((f"{_API}/test_events.py",),),
    "api/idempotency": (
        ("tests/unit/api",),
        (f"{_API}/test_idempotency.py",),
    ),
    "api/index": ((f"{_API}/test_waiting.py",),),
    "api/calldata": ((f"{_API}/test_run_life.py", f"{_API}/test_stake.py"),),
    "api/permits": ((f"{_API}/test_run_life.py", f"{_API}/test_stake.py"),),
    "api/server": ((f"{_API}/test_server.py",),),
    "api/agents/writes": ((f"{_API}/test_stake.py",),),
    "api/middleware": ((f"{_API}/test_traffic.py",),),
    "chain/": (("tests/unit/chain", "tests/unit/wire"), _LIVES, _RELAYING, _INDEXING),
    "chain/pool": (("tests/unit/chain",), _RELAYING, _LIVES),
    "cli/": (("tests/unit/cli",), ("tests/cli/test_verbs.py",)),
    "cli/index": ((f"{_API}/test_commands.py", "tests/cli/test_service.py"),),
    "cli/keeper": (("tests/cli/test_keeper.py",),),
    "cli/progress": (("tests/unit/cli",), ("tests/cli/test_service.py",)),
    "cli/relay": (("tests/cli/test_service.py",),),
    "cli/serve": (("tests/cli/test_service.py",),),
    "indexer/": (("tests/unit/indexer",), _INDEXING),
    "relayer/": (("tests/unit/relayer",), _RELAYING),
    "sdk/": (("tests/unit/sdk",), _LIVES),
    "sdk/event_stream": ((f"{_SDK}/test_events.py",),),
    "sdk/signing": (("tests/unit/sdk",), (f"{_SDK}/test_trust.py",)),
    "store/": (("tests/unit/store",), _INDEXING),
    "store/agents": (("tests/unit/store",), _READING, (f"{_API}/test_stake.py",)),
    "store/runs/eligibility": (
        ("tests/unit/store/test_claims.py",),
        (f"{_INDEXER}/test_claimability.py",),
    ),
    "store/people/idempotency": (("tests/unit/store",), (f"{_API}/test_idempotency.py",)),
    "store/people/relay": (("tests/unit/store",), _RELAYING),
    "store/runs": (("tests/unit/store",), _READING),
    "wire/": (("tests/unit/wire",), _READING, _LIVES),
    "": (("tests/unit/test_settings.py", "tests/unit/chain", "tests/unit/cli"), _LIVES),
}
# By the folder, all that may notice.
_ALL: Final[dict[str, tuple[str, ...]]] = {
    "api": (_API, _SDK, "tests/cli"),
    "chain": (_RELAYER, _SDK, _INDEXER, "tests/deployment", _API, "tests/cli", "tests/scripts"),
    "cli": ("tests/cli", _API),
    "domain": ("tests/unit/domain", "tests/stateful/test_in_process.py", _SDK, "tests/cli"),
    "indexer": (_INDEXER, _API),
    "relayer": (_RELAYER, _API),
    "sdk": (_SDK, "tests/cli"),
    "store": (_INDEXER, _RELAYER, _API),
    "wire": ("tests/promises", _API, _SDK, "tests/cli"),
}


def beginnings() -> frozenset[str]:
    """Which beginnings of paths below agentescrow/ have tests of their own."""
    return frozenset(_NEAR)


def steps_of(file: str, *, near: bool = False) -> list[Step]:
    """Name the tests of a file of the package, in the order to run them in.

    Args:
        file: Its path from the root of the checkout.
        near: Only those that kill most of its mutants.
    """
    path = file.partition("/")[2]
    steps = _NEAR[max((start for start in _NEAR if path.startswith(start)), key=len)]
    if not near:
        others = _ALL.get(path.split("/")[0], (_SDK, _RELAYER, _API, "tests/cli"))
        steps += tuple((folder,) for folder in others)
    there = (tuple(name for name in step if (ROOT / name).exists()) for step in steps)
    return [step for step in there if step]
