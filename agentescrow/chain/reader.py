"""Blocks and typed events, as a node has them: what is read to fill a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from eth_bloom.bloom import BloomFilter
from hexbytes import HexBytes

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.decode import read_event, topics_of
from agentescrow.chain.events import Event
from agentescrow.chain.reverts import checked_answers
from agentescrow.chain.rpc import Node, Question, required
from agentescrow.domain import contracts as contracts_list
from agentescrow.errors import AgentEscrowError, ContractReverted, NodeUnreachable

VAULTS: Final = tuple(each.name for each in contracts_list.VAULTS)
"""Names of the contracts that owe money."""

RUNS: Final = "runs"
"""What RunEscrow counts, besides what it owes."""

LONGEST: Final = 32 << 20
"""Bytes that the logs of several blocks may have; of one block they are taken as they are."""

_LOG_BYTES: Final = 600  # of a log's JSON, besides its data
_KINDS: Final = tuple(each.name for each in contracts_list.INDEXED)


@dataclass(frozen=True, slots=True)
class Header:
    """What identifies a block.

    Args:
        hash: 0x and 64 hex digits.
        parent_hash: Of the block before.
        time: Unix seconds.
        bloom: The filter of its logs.
    """

    number: int
    hash: str
    parent_hash: str
    time: int
    bloom: int


class Log(NamedTuple):
    """An event and where it stands.

    Args:
        block_number: Block.
        block_hash: Which block of that number.
        log_index: Place in the block.
        time: Unix second of the block, where the node says it with the log.
        contract: One of `abis.NAMES`.
        event: What was said.
    """

    block_number: int
    block_hash: str
    log_index: int
    time: int | None
    tx_hash: str
    contract: str
    event: Event


class Call(NamedTuple):
    """A view of a contract."""

    to: str
    data: bytes

    def question(self, block_hash: str) -> Question:
        """As a node is asked it, as of a block."""
        what = {"to": self.to, "data": f"0x{self.data.hex()}"}
        return ("eth_call", [what, {"blockHash": block_hash}])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a node says of a range in one breath.

    Args:
        logs: In the chain's order.
        last_hash: Of the last block of the range.
        owed: `totalOwed()` at that block by name of contract, and `runCount()`; without those that
            the node does not remember.
        size: About how many bytes the logs are.
    """

    logs: list[Log]
    last_hash: str
    owed: dict[str, int]
    size: int = 0


class Reader:
    """Reads the events of a deployment."""

    def __init__(self, node: Node, contracts: Contracts) -> None:
        """Ask nothing yet."""
        self._node = node
        self.contracts = contracts
        self._kinds = {a: kind for a, kind in contracts.kinds.items() if kind in _KINDS}
        self._addresses = list(self._kinds)
        self._topics = sorted({"0x" + t.hex() for kind in _KINDS for t in topics_of(kind)})
        runs = contracts.runs
        self._totals = {
            vault.kind: Call(vault.address, vault.calldata("totalOwed"))
            for vault in contracts.vaults()
        } | {RUNS: Call(runs.address, runs.calldata("runCount"))}
        self._masks = {
            name: [_mask(bytes.fromhex(address[2:])) | _mask(topic) for topic in topics_of(name)]
            for address, name in self._kinds.items()
        }

    def head(self) -> Header:
        """The latest block."""
        (answer,) = self._node.ask(("eth_getBlockByNumber", ["latest", False]))
        with checked_answers():
            return _header(answer)

    def headers(self, numbers: Iterable[int]) -> dict[int, Header]:
        """Blocks by number; without those that the node does not have."""
        answers = self._node.ask(*map(_block_question, numbers))
        with checked_answers():
            headers = [_header(answer) for answer in answers if answer is not None]
        return {header.number: header for header in headers}

    def logs(self, first: int, last: Header) -> Answer:
        """All events of a range.

        Args:
            first: Its first block.
            last: Its last block; the answer tells whether it is still the same one.
        """
        where = {"fromBlock": hex(first), "toBlock": hex(last.number)}
        logs, block, *owed = self._node.try_each(
            self._logs_question(where),
            _block_question(last.number),
            *self._owed_questions(last.hash),
            longest=None if first == last.number else LONGEST,
        )
        required([logs, block])
        if logs is None or block is None:
            raise NodeUnreachable(f"the node does not have block {last.number} (any more)")
        with checked_answers():
            size = sum(_LOG_BYTES + len(log["data"]) for log in logs)
            return Answer(self._decoded(logs), block["hash"], self._said(owed), size)

    def owed(self, block: Header) -> dict[str, int]:
        """`totalOwed()` at a block by name of contract, as far as the node remembers."""
        owed = self._node.try_each(*self._owed_questions(block.hash))
        with checked_answers():
            return self._said(owed)

    def logs_of(self, blocks: Iterable[Header]) -> list[Log]:
        """All events of certain blocks, asked for by their hashes.

        Args:
            blocks: Which. A node that does not have one of them refuses.
        """
        asked = [self._logs_question({"blockHash": block.hash}) for block in blocks]
        found: list[Log] = []
        for answer in self._node.ask(*asked):
            if answer is None:
                raise NodeUnreachable("the node does not have the logs of a block (yet)")
            with checked_answers():
                found += self._decoded(answer)
        return found

    def may_lack(self, block: Header, logs: Iterable[Log]) -> bool:
        """Whether the filter of a block lets one of our contracts speak that is silent in it.

        Args:
            logs: What is known of it.
        """
        silent = self._masks.keys() - {log.contract for log in logs}
        return any(block.bloom & mask == mask for name in silent for mask in self._masks[name])

    def views(self, block: Header, calls: Sequence[Call]) -> list[bytes | None]:
        """What contracts answer as of a block; None where they refuse.

        Args:
            calls: What is asked of whom.

        Raises:
            NodeRefused: The node does not remember the block.
            NodeUnreachable: It does not answer.
        """
        answers = self._node.try_each(*(call.question(block.hash) for call in calls))
        refused = [isinstance(answer, ContractReverted) for answer in answers]
        required(
            [each for each, by_contract in zip(answers, refused, strict=True) if not by_contract]
        )
        with checked_answers():
            return [
                None if by_contract else bytes.fromhex(answer[2:])
                for answer, by_contract in zip(answers, refused, strict=True)
            ]

    def has_identity(self, block: int) -> bool:
        """Whether the identity registry existed at a block; asks for an old state."""
        address = next(a for a, kind in self._kinds.items() if kind == "IdentityRegistry")
        (code,) = self._node.ask(("eth_getCode", [address, hex(block)]))
        with checked_answers():
            return bool(HexBytes(code))

    def _decoded(self, answers: list[dict[str, Any]]) -> list[Log]:
        logs = []
        for raw in answers:
            contract = self._kinds[raw["address"].lower()]
            topics = [bytes.fromhex(topic[2:]) for topic in raw["topics"]]
            event = read_event(contract, topics, bytes.fromhex(raw["data"][2:]))
            if event is not None:
                number, index = int(raw["blockNumber"], 16), int(raw["logIndex"], 16)
                time = raw.get("blockTimestamp")
                seconds = None if time is None else int(time, 16)
                where = (number, raw["blockHash"], index, seconds, raw["transactionHash"])
                logs.append(Log(*where, contract, event))
        logs.sort(key=lambda log: (log.block_number, log.log_index))
        return logs

    def _logs_question(self, where: dict[str, str]) -> Question:
        filtered = {"address": self._addresses, "topics": [self._topics], **where}
        return ("eth_getLogs", [filtered])

    def _owed_questions(self, block_hash: str) -> list[Question]:
        return [call.question(block_hash) for call in self._totals.values()]

    def _said(self, owed: Iterable[Any]) -> dict[str, int]:
        known = zip(self._totals, owed, strict=True)
        return {name: int(word, 16) for name, word in known if not _is_unknown(word)}


def _is_unknown(answer: object) -> bool:
    """Whether a node does not remember, or the contract was not there: `null` is neither."""
    return isinstance(answer, AgentEscrowError) or answer == "0x"


def _mask(value: bytes) -> int:
    """The bits of a block's filter that something in it sets."""
    bloom = BloomFilter()
    bloom.add(value)
    return int(bloom)


def _block_question(number: int) -> Question:
    return ("eth_getBlockByNumber", [hex(number), False])


def _header(answer: dict[str, Any]) -> Header:
    return Header(
        number=int(answer["number"], 16),
        hash=answer["hash"],
        parent_hash=answer["parentHash"],
        time=int(answer["timestamp"], 16),
        bloom=int(answer["logsBloom"], 16),
    )
