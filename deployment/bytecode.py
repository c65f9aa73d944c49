"""Telling whether code on a chain is the code that was compiled, whatever its immutables are."""

from __future__ import annotations

from collections.abc import Iterator

_PUSH1 = 0x60
_PUSH32 = 0x7F
_WORD = 32


def immutables(runtime: bytes) -> Iterator[int]:
    """Find the places that a constructor fills in.

    The compiler leaves 32 zero bytes behind a PUSH32 there; zero itself it would push with PUSH0.

    Args:
        runtime: Compiled runtime code.

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
    """Compare without the immutables.

    Args:
        compiled: Runtime code as the compiler made it.
        deployed: Code as it is on a chain.
    """
    masked = bytearray(deployed)
    for at in immutables(compiled):
        masked[at : at + _WORD] = bytes(_WORD)
    return len(compiled) > 0 and bytes(masked) == compiled
