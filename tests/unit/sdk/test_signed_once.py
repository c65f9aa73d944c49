"""What is signed a second time where the API says that the first was not taken (RUN-12, RUN-17).

given a call that the contract refuses once it is done: a fresh one may be signed
given a call that it takes again in a later round: none is, for both may be carried
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agentescrow.sdk.runs import writes as run_writes

SIGNER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
SESSION = SimpleNamespace(
    options=SimpleNamespace(gasless=True), wallet=lambda: SimpleNamespace(address=SIGNER)
)


@pytest.fixture
def write(monkeypatch):
    """Takes steps to where something is to be relayed; what that is."""
    written = []

    def relayed(_session, write, *_more):
        written.append(write)
        yield from ()

    def nothing(*_asked):
        yield from ()

    monkeypatch.setattr(run_writes, "relayed", relayed)
    monkeypatch.setattr(run_writes, "_caution", nothing)
    calls = SimpleNamespace(of=lambda *_call: b"")

    def known(_session):
        yield from ()
        return calls

    monkeypatch.setattr(run_writes, "_calls", known)

    def first(steps):
        assert list(steps) == []
        return written.pop()

    return first


@pytest.mark.parametrize(
    ("call", "texts", "once"),
    [
        ("submitWork", ["ipfs://work"], False),
        ("requestRevision", ["shorter"], False),
        ("approve", [], True),
        ("reject", ["empty"], True),
        ("slash", [], True),
        ("cancelRun", [], True),
        ("startRun", [], False),
    ],
)
def test_move__works_once__where_the_contract_refuses_a_second(write, call, texts, once):
    """RUN-12: after a revision work is submitted once more."""
    steps = run_writes.move(SESSION, 1, call, *texts)

    assert write(steps).works_once is once


def test_claim__works_again_after_it_is_given_up(write):
    """RUN-17: an agent that has abandoned a run may find itself in it again."""
    assert not write(run_writes.claim(SESSION, 1, 2)).works_once
