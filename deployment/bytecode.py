"""Compare deployed with compiled code, ignoring immutables."""

from __future__ import annotations

from collections.abc import Iterator

_PUSH1 = 0x60
_PUSH32 = 0x7F
_WORD = 32


def immutables(runtime: bytes) -> Iterator[int]:
    """Find the immutables of runtime code, which the constructor fills in.

    The compiler leaves 32 zero bytes after a PUSH32 there; zero itself would be pushed with PUSH0.

    Yields:
        Byte offsets, each of 32 bytes.
    """
    at = 0
    while at < len(runtime):
        opcode = runtime[at]
        at += 1
        if not _PUSH1 <= opcode <= _PUSH32:
            continue
        width = opcode - _PUSH1 + 1
        if opcode == _PUSH32 and runtime[at : at + _WORD] == bytes(_WORD):
            yield at
        at += width


def same_code(compiled: bytes, deployed: bytes) -> bool:
    """Compare compiled runtime code with deployed code, ignoring immutables."""
    masked = bytearray(deployed)
    for at in immutables(compiled):
        masked[at : at + _WORD] = bytes(_WORD)
    return len(compiled) > 0 and bytes(masked) == compiled
