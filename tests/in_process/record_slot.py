"""The storage word that holds an agent's record, for values that nobody reaches in a test."""

from __future__ import annotations

from eth_utils.crypto import keccak

from localnet.chain import Contract

# Lowest bit of each field; as in libraries/AgentRecord.sol.
_FIELDS = {
    "staked": 0,
    "lockedByOthers": 96,
    "stakedAt": 144,
    "claims": 176,
    "completions": 200,
    "rejections": 224,
    "strikes": 240,
    "frozen": 248,
}
_MAPPINGS = range(16)
# A stake that no test has.
_PROBE = 2**48 - 2


def write(registry: Contract, agent_id: int, **fields: int) -> None:
    """Make an agent's record anew: these fields, and nothing in the others."""
    word = sum(value << _FIELDS[name] for name, value in fields.items())
    registry.chain.set_storage(registry.address, _found(registry, agent_id), word)


def _found(registry: Contract, agent_id: int) -> int:
    """Find the slot by what is read when it is written, whatever the order of the variables."""
    chain = registry.chain
    for mapping in _MAPPINGS:
        slot = int.from_bytes(keccak(agent_id.to_bytes(32) + mapping.to_bytes(32)))
        before = chain.snapshot()
        chain.set_storage(registry.address, slot, _PROBE)
        found = registry.view("getAgent", agent_id)[0] == _PROBE
        chain.revert(before)
        if found:
            return slot
    raise AssertionError("no slot holds the record")
