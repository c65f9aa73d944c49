"""Gas of a transaction in parts: a lower bound for any contract, and the rest.

The parts are arithmetic over the trace at the prices of the EVM (Prague, Osaka). Each account and
each storage slot is counted once, however often it is touched; everything else that a contract
spends (checks, memory, hashing, second looks, calls between contracts) is `rest`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

Rpc = Callable[..., Any]

INTRINSIC = 21_000
ZERO_BYTE, OTHER_BYTE = 4, 16
COLD_ACCOUNT, WARM = 2_600, 100
COLD_SLOT = 2_100
SET_SLOT, CHANGE_SLOT = 20_000, 2_900
CLEAR_REFUND, HIGHEST_REFUND_SHARE = 4_800, 5
_PRECOMPILES = range(1, 0x12)
_CALLS = ("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")
_LOOKS = ("BALANCE", "EXTCODESIZE", "EXTCODEHASH", "EXTCODECOPY")


@dataclass(frozen=True)
class Cost:
    """Gas of one transaction by what it went to; the sum is what the receipt says.

    Attributes:
        intrinsic: Cost of every transaction.
        calldata: 16 a byte, 4 where it is zero; 40 and 10 where hardly anything else is paid for.
        accounts: 2,600 for each account touched first in this transaction, the token included.
        slots: 2,100 for each storage slot touched, outside the token.
        writes: From the value before to the value after: 20,000 to fill a slot, 2,900 to change it,
            less 4,800 given back for each that is emptied; outside the token.
        token: All that the token spends inside.
        logs: 375, 375 a topic, 8 a byte; outside the token.
        precompiles: Signature recovery and the like, outside the token.
        rest: What is left: all that better code could save.
    """

    intrinsic: int
    calldata: int
    accounts: int
    slots: int
    writes: int
    token: int
    logs: int
    precompiles: int
    rest: int

    @property
    def used(self) -> int:
        """Gas as the receipt says."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def floor(self) -> int:
        """Gas that is unavoidable."""
        return self.used - self.rest


@dataclass
class _Tally:
    """Accounts, slots and costs met in a trace."""

    warm: set[int]
    slots: set[tuple[int, int]]
    written: set[tuple[int, int]]
    accounts: int = 0
    token: int = 0
    logs: int = 0
    precompiles: int = 0


def cost_of(rpc: Rpc, transaction: str, token: str) -> Cost:
    """Take a mined transaction apart.

    Args:
        rpc: JSON-RPC to the Anvil that mined it, started with `--steps-tracing`.
        transaction: Its hash.
        token: Address of the token, whose inside is not looked at.
    """
    sent = rpc("eth_getTransactionByHash", transaction)
    used = int(rpc("eth_getTransactionReceipt", transaction)["gasUsed"], 16)
    options = {"disableMemory": True, "disableStorage": True, "disableStack": False}
    steps = rpc("debug_traceTransaction", transaction, options)["structLogs"]

    tally = _tally(steps, sent, int(token, 16))
    calldata = sum(OTHER_BYTE if byte else ZERO_BYTE for byte in bytes.fromhex(sent["input"][2:]))
    before_refund = INTRINSIC + calldata + steps[0]["gas"] - steps[-1]["gas"] + steps[-1]["gasCost"]
    writes, refund = _writes(rpc, int(sent["blockNumber"], 16), tally.written)
    refund = min(refund, before_refund // HIGHEST_REFUND_SHARE)
    # Transactions that bring much data and do little pay a higher price for it (EIP-7623).
    surcharge = max(0, used - before_refund)

    parts = {
        "intrinsic": INTRINSIC,
        "calldata": calldata + surcharge,
        "accounts": tally.accounts,
        "slots": COLD_SLOT * len(tally.slots),
        "writes": writes - refund,
        # Refunds beyond our own cleared slots come from the token.
        "token": tally.token - (before_refund + surcharge - used - refund),
        "logs": tally.logs,
        "precompiles": tally.precompiles,
    }
    return Cost(**parts, rest=used - sum(parts.values()))


def _tally(steps: list[dict[str, Any]], sent: dict[str, Any], token: int) -> _Tally:
    sender, first = int(sent["from"], 16), int(sent["to"], 16)
    tally = _Tally({sender, first, 0, *_PRECOMPILES}, set(), set())
    for step, address, inside in _outside(steps, first, token):
        op, stack = step["op"], step["stack"]
        if op in ("SLOAD", "SSTORE"):
            slot = (address, int(stack[-1], 16))
            tally.slots.add(slot)
            if op == "SSTORE":
                tally.written.add(slot)
        elif op.startswith("LOG"):
            tally.logs += 375 * (1 + int(op[3:])) + 8 * int(stack[-2], 16)
        elif op in _CALLS or op in _LOOKS:
            target = _address(stack[-2 if op in _CALLS else -1])
            if target == token and op in _CALLS:
                tally.token += inside - (WARM if target in tally.warm else COLD_ACCOUNT)
            elif target in _PRECOMPILES:
                tally.precompiles += inside - WARM
            if target not in tally.warm:
                tally.warm.add(target)
                tally.accounts += COLD_ACCOUNT
    return tally


def _outside(
    steps: list[dict[str, Any]], first: int, token: int
) -> Iterator[tuple[dict[str, Any], int, int]]:
    """Walk the steps that are not the token's.

    Yields:
        The step, whose storage it sees, and what it cost with everything that it called.
    """
    frames, hidden = [first], 0
    after = _next_in_frame(steps)
    for index, step in enumerate(steps):
        depth = step["depth"]
        if hidden and depth > hidden:
            continue
        hidden = 0
        del frames[depth:]
        op, follower = step["op"], after[index]
        cost = step["gasCost"] if follower is None else step["gas"] - steps[follower]["gas"]
        yield step, frames[-1], cost
        if op in _CALLS:
            target = _address(step["stack"][-2])
            if target == token:
                hidden = depth
            frames.append(frames[-1] if op in ("DELEGATECALL", "CALLCODE") else target)


def _next_in_frame(steps: list[dict[str, Any]]) -> list[int | None]:
    """For each step the next one of the same frame, None at its end."""
    after: list[int | None] = [None] * len(steps)
    last: list[int] = []
    for index, step in enumerate(steps):
        depth = step["depth"]
        del last[depth:]
        if len(last) == depth:
            after[last[-1]] = index
            last[-1] = index
        else:
            last.append(index)
    return after


def _writes(rpc: Rpc, block: int, written: set[tuple[int, int]]) -> tuple[int, int]:
    """Compute cost and refund of changing slots from their old to their new values."""
    cost = refund = 0
    for address, slot in written:
        place = (f"0x{address:040x}", f"0x{slot:064x}")
        before, after = (
            int(rpc("eth_getStorageAt", *place, hex(n)), 16) for n in (block - 1, block)
        )
        if before == after:
            continue
        cost += CHANGE_SLOT if before else SET_SLOT
        refund += CLEAR_REFUND if before and not after else 0
    return cost, refund


def _address(word: str) -> int:
    return int(word, 16) & (1 << 160) - 1
