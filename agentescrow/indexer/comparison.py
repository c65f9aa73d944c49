"""Rows against the contracts themselves, at the indexed block: what events alone cannot prove.

A few rows at a time, so that new blocks are not kept waiting: once when the head is reached, and
then every day.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from eth_abi.abi import decode

from agentescrow.chain.decode import checksummed
from agentescrow.chain.reader import Call, Header, Reader
from agentescrow.chain.run_escrow import run_from
from agentescrow.domain.agent import Agent
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.domain.runs.run import Run, RunState
from agentescrow.errors import NodeBusy, NodeRefused, RowsDiffer
from agentescrow.indexer.settled_reads import require_wrong
from agentescrow.indexer.storable_text import storable
from agentescrow.store.agents.queries import agent_of, agents_after
from agentescrow.store.database import Connection
from agentescrow.store.position import Block, indexed_block
from agentescrow.store.runs.eligibility import run_of
from agentescrow.store.runs.queries import live_runs
from agentescrow.store.schema import AnyRow
from agentescrow.store.vaults.queries import find_vault

_AT_ONCE: Final = 20  # rows, of five views at most
_DAY: Final = 86_400.0
_RUN: Final = [*("address", "uint8"), *("uint256",) * 6, "uint8", "uint256", "address"]
_RUN_TYPES: Final = [*_RUN, *("uint256",) * 3, "bool"]
_AGENT_TYPES: Final = [*("uint256",) * 7, "bool"]

_log = logging.getLogger(__name__)


class Expected(NamedTuple):
    """What the rows say that a contract says.

    Args:
        what: Of what ("run 7").
        call: How the contract is asked.
        read: Makes of its answer, None where it refuses, what can be compared.
        indexed: What the rows have made of the events.
    """

    what: str
    call: Call
    read: Callable[[bytes | None], object]
    indexed: object


class Comparison:
    """Compares all rows that matter, round by round."""

    def __init__(self, reader: Reader, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with the first round.

        Args:
            reader: The chain.
            clock: Seconds.
        """
        self._reader = reader
        self._clock = clock
        self._due = 0.0
        self._left: Iterator[Callable[[Connection], Sequence[Expected]]] | None = None

    def step(self, connection: Connection) -> bool:
        """Compare some rows, if a round is due.

        Args:
            connection: Of the database, without a transaction.

        Returns:
            Whether this round has more.

        Raises:
            RowsDiffer: Rows are not what a contract says, again and again.
            NodeUnreachable, NodeBusy: The node does not answer now.
        """
        if self._left is None:
            if self._clock() < self._due:
                return False
            self._left = self._round()
        some = next(self._left, None)
        try:
            if some is not None and self._compare(connection, some):
                return True
        except NodeBusy:
            raise
        except NodeRefused as refused:
            _log.warning("rows are not compared with the contracts: %s", refused)
        self._left, self._due = None, self._clock() + _DAY
        return False

    def _compare(
        self, connection: Connection, rows: Callable[[Connection], Sequence[Expected]]
    ) -> bool:
        with connection.begin():
            block = indexed_block(connection)
            expected = rows(connection)
        if block is not None and expected:
            answers = self._reader.views(_header(block), [each.call for each in expected])
            for each, answer in zip(expected, answers, strict=True):
                if each.read(answer) != each.indexed:
                    self._require_different(block, each, each.read(answer))
        return True

    def _require_different(self, block: Block, expected: Expected, said: object) -> None:
        header = _header(block)

        def is_right() -> bool:
            (answer,) = self._reader.views(header, [expected.call])
            return bool(expected.read(answer) == expected.indexed)

        differ = RowsDiffer(expected.what, block.number, expected.indexed, said)
        require_wrong(self._reader, is_right, differ)

    def _round(self) -> Iterator[Callable[[Connection], Sequence[Expected]]]:
        """What is compared one after the other; each looks at the rows as they are by then."""
        yield self._vaults
        for page in (
            _Page(live_runs, "run_id", self._run, 0),
            _Page(agents_after, "agent_id", self._agent, -1),
        ):
            while not page.ended:
                yield page.next

    def _vaults(self, connection: Connection) -> list[Expected]:
        found = []
        for name, vault in (
            ("RunEscrow", self._reader.contracts.runs),
            ("StakeRegistry", self._reader.contracts.registry),
        ):
            row = find_vault(connection, name)
            if row is None:
                continue
            wanted: dict[str, tuple[Callable[[bytes | None], object], object]] = {
                "owner": (_address, row.owner)
            }
            if name == "RunEscrow":
                wanted |= {
                    "treasury": (_address, row.treasury),
                    "paused": (_flag, bool(row.paused)),
                }
            for function, (read, indexed) in wanted.items():
                call = Call(vault.address, vault.calldata(function))
                found.append(Expected(f"{function} of {name}", call, read, indexed))
        return found

    def _run(self, row: AnyRow) -> list[Expected]:
        run, escrow = run_of(row), self._reader.contracts.runs
        if run.state != RunState.REVISION_REQUESTED:
            run = replace(run, revision_due_at=0)  # the contract tells it while it is due
        call = Call(escrow.address, escrow.calldata("getRun", row.run_id))
        return [Expected(f"run {row.run_id}", call, _run, run)]

    def _agent(self, row: AnyRow) -> list[Expected]:
        number, identity, registry = (
            row.agent_id,
            self._reader.contracts.identity,
            self._reader.contracts.registry,
        )

        def of_identity(
            function: str, read: Callable[[bytes | None], object], indexed: object
        ) -> Expected:
            call = Call(identity.address, identity.calldata(function, number))
            return Expected(f"{function} of agent {number}", call, read, indexed)

        stake = Call(registry.address, registry.calldata("getAgent", number))
        found = [
            Expected(f"stake of agent {number}", stake, _agent, agent_of(row)),
            of_identity("ownerOf", _address, row.owner),
        ]
        if row.owner is not None:
            found += [
                of_identity("getApproved", _address, row.approved),
                of_identity("getAgentWallet", _address, row.wallet),
                of_identity("tokenURI", _text, row.uri),
            ]
        return found


class _Page:
    """Goes through the rows of a table by number."""

    def __init__(
        self,
        rows: Callable[..., Sequence[AnyRow]],
        key: str,
        expected: Callable[[AnyRow], list[Expected]],
        before: int,
    ) -> None:
        self.ended = False
        self._rows, self._key, self._expected, self._after = rows, key, expected, before

    def next(self, connection: Connection) -> list[Expected]:
        rows = self._rows(connection, after=self._after, limit=_AT_ONCE)
        self.ended = len(rows) < _AT_ONCE
        if rows:
            self._after = getattr(rows[-1], self._key)
        return [each for row in rows for each in self._expected(row)]


def _header(block: Block) -> Header:
    return Header(block.number, block.hash, block.parent_hash, block.time, 0)


def _run(answer: bytes | None) -> Run | None:
    return None if answer is None else run_from(_plain(_RUN_TYPES, answer))


def _agent(answer: bytes | None) -> Agent | None:
    return None if answer is None else Agent(*_plain(_AGENT_TYPES, answer))


def _address(answer: bytes | None) -> str | None:
    """An address; None where it is zero, or the contract knows none."""
    if answer is None:
        return None
    address = checksummed("0x" + answer[-20:].hex())
    return None if address == ZERO_ADDRESS else address


def _flag(answer: bytes | None) -> bool:
    return answer is not None and any(answer)


def _text(answer: bytes | None) -> str | None:
    if answer is None:
        return None
    (text,) = decode(["bytes"], answer)  # which a string is too, whatever its bytes
    return storable(text.decode("utf-8", "replace"))


def _plain(types: Sequence[str], answer: bytes) -> tuple[Any, ...]:
    values = decode(types, answer)
    return tuple(
        checksummed(value) if kind == "address" else value
        for kind, value in zip(types, values, strict=True)
    )
