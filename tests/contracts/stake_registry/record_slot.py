"""The storage slot that holds an agent's record."""

from __future__ import annotations

from eth_utils.crypto import keccak

from localnet.host import Web3Host

# Name and width in bits, from the lowest bit of the slot on; as in libraries/AgentRecord.sol.
_FIELDS = {
    "staked": 48,
    "lockedByFirst": 48,
    "lockedByOthers": 48,
    "stakedAt": 32,
    "claims": 24,
    "completions": 24,
    "rejections": 16,
    "strikes": 8,
    "frozen": 8,
}
_MAPPINGS = range(16)


class RecordSlot:
    """One agent's slot, found by what is in it: no test depends on the order of the variables."""

    def __init__(self, w3, registry, agent_id: int) -> None:
        """Find the slot of an agent that has something staked."""
        self._w3 = w3
        self._address = registry.address
        staked = registry.getAgent(agent_id).staked
        assert staked
        [self._slot] = [
            slot
            for mapping in _MAPPINGS
            if self._read(slot := _slot(agent_id, mapping)) & (2**48 - 1) == staked
        ]

    def write(self, **fields: int) -> None:
        """Replace fields, and leave the others."""
        word = self._read(self._slot)
        at = 0
        for name, width in _FIELDS.items():
            if name in fields:
                word = word & ~((2**width - 1) << at) | fields.pop(name) << at
            at += width
        assert not fields
        Web3Host(self._w3).set_storage(self._address, self._slot, word)

    def _read(self, slot: int) -> int:
        return int.from_bytes(self._w3.eth.get_storage_at(self._address, slot))


def _slot(key: int, mapping: int) -> int:
    return int.from_bytes(keccak(key.to_bytes(32) + mapping.to_bytes(32)))
