"""Comparing code on a chain with compiled code, and the compiler input for explorers."""

from __future__ import annotations

import pytest

from artifacts import ours
from deployment import standard_json
from deployment.bytecode import immutables, same_code
from deployment.errors import NotVerified

PUSH32 = b"\x7f"
CODE = b"\x60\x7f" + PUSH32 + bytes(32) + b"\x5f" + PUSH32 + b"\x01" * 32


@pytest.fixture(scope="module")
def forwarder():
    """The compiler input of the smallest contract, and what the compiler makes of it by itself."""
    given = standard_json.read("Forwarder")
    return given, standard_json.compiled(given)["evm"]


def test_immutables__push_of_zeros__found():
    """A 0x7f that another push carries is data."""
    assert list(immutables(CODE)) == [3]


def test_same_code__other_immutables__same():
    assert same_code(CODE, CODE[:3] + b"\x22" * 32 + CODE[35:])


@pytest.mark.parametrize(
    "other",
    [b"", CODE[:-1], CODE + b"\x00", CODE[:-1] + b"\x02", b"\x61" + CODE[1:]],
    ids=["none", "shorter", "longer", "another constant", "another instruction"],
)
def test_same_code__anything_else__differs(other):
    assert not same_code(CODE, other)


def test_immutables__real_contract__those_that_the_compiler_names(forwarder):
    _given, evm = forwarder
    named = evm["deployedBytecode"]["immutableReferences"].values()
    assert list(immutables(ours("Forwarder").runtime)) == sorted(
        place["start"] for places in named for place in places
    )


def test_standard_json__compiled_alone__gives_the_same_bytecode(forwarder):
    given, evm = forwarder
    assert bytes.fromhex(evm["bytecode"]["object"]) == ours("Forwarder").bytecode
    assert bytes.fromhex(evm["deployedBytecode"]["object"]) == ours("Forwarder").runtime
    assert given.qualified_name == "contracts/Forwarder.sol:Forwarder"
    assert not [name for name in given.content["sources"] if "mocks" in name or "local" in name]


def test_write__sources_are_not_those_of_the_build__refused(forwarder, tmp_path, monkeypatch):
    given, _evm = forwarder
    sources = given.content["sources"]
    own = sources[given.source_id]["content"]
    changed = {**sources, given.source_id: {"content": own.replace('"agentescrow"', '"another"')}}
    other = standard_json.Input(
        given.name, given.source_id, given.compiler, {**given.content, "sources": changed}
    )
    monkeypatch.setattr(standard_json, "read", lambda _name: other)

    with pytest.raises(NotVerified, match=r"Forwarder: .* other bytecode than the build"):
        standard_json.write("Forwarder", tmp_path)
    assert not list(tmp_path.iterdir())


def test_compiled__broken_source__refused(forwarder):
    given, _evm = forwarder
    broken = {**given.content, "sources": {given.source_id: {"content": "contract {"}}}
    other = standard_json.Input(given.name, given.source_id, given.compiler, broken)

    with pytest.raises(NotVerified, match="does not compile"):
        standard_json.compiled(other)
