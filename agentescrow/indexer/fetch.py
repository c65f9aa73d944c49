"""Read a range of the chain, and believe it only when everything that was said goes together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agentescrow.chain.reader import Answer, Header, Log, Reader
from agentescrow.errors import NodeRefused, NodeUnreachable
from agentescrow.indexer.batch import Batch, Entry
from agentescrow.indexer.range_size import Width


class NodeContradicts(NodeUnreachable):
    """The node's answers do not go together: it was reorganised meanwhile, or is half synced."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the chain that is to be read.

    Args:
        first: Its first block.
        end: Its last block.
        after: Hash of the block before it, where that is known.
        keep_from: From here on every block may have to be taken back, so that all headers are read.
    """

    first: int
    end: int
    after: str | None
    keep_from: int

    def following(self, last: Header) -> Stretch:
        """What is left of it after a block."""
        return replace(self, first=last.number + 1, after=last.hash)


class Fetcher:
    """Reads ranges, each attempt anew; whoever asks tries again where it fails.

    Attributes:
        width: How many blocks at once.
    """

    def __init__(self, reader: Reader) -> None:
        """Ask nothing yet.

        Args:
            reader: The chain.
        """
        self._reader = reader
        self.width = Width()

    def fetch(self, stretch: Stretch) -> Batch:
        """Read the beginning of a stretch, as much as is good at once.

        Args:
            stretch: What is wanted; a batch never has blocks of both of its kinds.

        Raises:
            NodeContradicts: The chain moved meanwhile, or the node is half synced.
            NodeUnreachable: It does not answer.
            NodeRefused: It does not want to.
        """
        first, keep_from = stretch.first, stretch.keep_from
        end = min(stretch.end, keep_from - 1) if first < keep_from else stretch.end
        last = min(first + self.width.blocks - 1, end)
        try:
            batch = self._read(stretch, last)
        except (NodeUnreachable, NodeRefused):
            self.width.was_refused()
            raise
        self.width.went_well(batch.blocks, len(batch.entries), batch.size)
        return batch

    def _read(self, stretch: Stretch, last: int) -> Batch:
        first, every_header = stretch.first, stretch.first >= stretch.keep_from
        headers = self._headers(first, last, stretch.after, every_header=every_header)
        answer = self._reader.logs(first, headers[last])
        if answer.last_hash != headers[last].hash:
            raise NodeContradicts(f"block {last} was replaced while the node was asked about it")
        headers |= self._headers_of(answer, headers)
        _require_range(answer.logs, first, last)
        _require_same_chain(answer.logs, headers)
        self._require_complete(answer.logs, headers)
        entries = [Entry(log, _time_of(log, headers)) for log in answer.logs]
        return Batch(
            first, headers[last], stretch.keep_from, headers, entries, answer.owed, answer.size
        )

    def _headers(
        self, first: int, last: int, after: str | None, *, every_header: bool
    ) -> dict[int, Header]:
        wanted = range(first, last + 1) if every_header else sorted({first, last})
        headers = self._reader.headers(wanted)
        if headers.keys() != set(wanted):
            raise NodeContradicts(
                f"the node lacks blocks of {first} to {last}, which it said it has"
            )
        if after is not None and headers[first].parent_hash != after:
            raise NodeContradicts(f"block {first} does not follow the last indexed one")
        for number in wanted:
            before = headers.get(number - 1)
            if before is not None and headers[number].parent_hash != before.hash:
                raise NodeContradicts(f"block {number} does not follow the one before it")
        return headers

    def _headers_of(self, answer: Answer, known: Mapping[int, Header]) -> dict[int, Header]:
        """The blocks whose time a log does not say."""
        missing = {log.block_number for log in answer.logs if log.time is None} - known.keys()
        headers = self._reader.headers(sorted(missing))
        if headers.keys() != missing:
            raise NodeContradicts("the node lacks blocks of which it has the logs")
        return headers

    def _require_complete(self, logs: list[Log], headers: Mapping[int, Header]) -> None:
        """Ask again, block by block, where the filter of a header at hand allows more logs."""
        of_block: dict[int, list[Log]] = {number: [] for number in sorted(headers)}
        for log in logs:
            if log.block_number in of_block:
                of_block[log.block_number].append(log)
        suspect = [
            headers[n] for n, some in of_block.items() if self._reader.may_lack(headers[n], some)
        ]
        known = {_place(log) for header in suspect for log in of_block[header.number]}
        if suspect and {_place(log) for log in self._reader.logs_of(suspect)} != known:
            raise NodeContradicts("the node has left out logs")


def _place(log: Log) -> tuple[int, int]:
    return log.block_number, log.log_index


def _require_range(logs: list[Log], first: int, last: int) -> None:
    """Each log once, and none of blocks that nobody asked for."""
    places = [_place(log) for log in logs]
    if len(set(places)) < len(places):
        raise NodeContradicts("the node has sent a log twice")
    if places and not first <= places[0][0] <= places[-1][0] <= last:
        raise NodeContradicts(f"the node has sent logs of other blocks than {first} to {last}")


def _require_same_chain(logs: list[Log], headers: Mapping[int, Header]) -> None:
    for log in logs:
        header = headers.get(log.block_number)
        if header is None:
            continue
        if header.hash != log.block_hash:
            raise NodeContradicts(f"block {log.block_number} has logs of another block")
        if log.time not in (None, header.time):
            raise NodeContradicts(f"block {log.block_number} and its logs are of different times")


def _time_of(log: Log, headers: Mapping[int, Header]) -> int:
    return headers[log.block_number].time if log.time is None else log.time
