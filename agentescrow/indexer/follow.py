"""The indexer's loop: follow reorganisations, fetch a range, write it, until told to stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    wait_random_exponential,
)

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.reader import Header, Reader
from agentescrow.errors import (
    DatabaseUnusable,
    EventsMissing,
    IndexProblem,
    IndexWrong,
    NodeBusy,
    NodeRefused,
    NodeUnreachable,
    OtherChain,
    ReorganisedTooDeep,
)
from agentescrow.indexer.apply import apply
from agentescrow.indexer.batch import Batch
from agentescrow.indexer.comparison import Comparison
from agentescrow.indexer.fetch import Fetcher, Stretch
from agentescrow.indexer.prefetch import Ahead
from agentescrow.indexer.reorg import DEPTH, NodeBehind, follow_reorganisation
from agentescrow.indexer.settled_reads import require_wrong
from agentescrow.indexer.start import begin, require_chain_of
from agentescrow.store.database import Connection, DatabaseBusy, address_of, in_a_line, is_busy
from agentescrow.store.position import Block, report, report_problem

T = TypeVar("T")

_log = logging.getLogger(__name__)
_WRONG_AT_MOST: Final = 12  # in half a minute: a node that keeps logs back may only be behind


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, after each step.

    Args:
        block: Last indexed block.
        head: Highest block of the node.
        first_block: Where the index begins.
        events: Written in this step.
    """

    block: int
    head: int
    first_block: int
    events: int


class Indexer:
    """Follows a deployment into a database."""

    def __init__(
        self,
        connection: Connection,
        reader: Reader,
        deployment: Deployment,
        *,
        first_block: int | None = None,
        longest_wait: float = 10,
        ended: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take a database over; see `store.lock.writer`.

        Args:
            connection: The only one that writes.
            reader: The chain.
            deployment: The contracts.
            first_block: Where agents begin; looked for where None.
            longest_wait: Seconds between two attempts at most, while the node does not answer well.
            ended: Asked before the beginning is tried again, where the node does not answer.

        Raises:
            OtherDeployment: The database is about other contracts, or about another chain.
            OtherChain: The node serves another chain.
            ChainProblem: The node does not answer, or not what is needed.
        """
        self._connection = connection
        self._reader = reader
        self._deployment = deployment
        self._comparison = Comparison(reader)
        self._ahead = Ahead(Fetcher(reader))
        self._wrong = 0  # answers in this step that did not add up
        self._ended = ended
        self._fault = ""  # what was said last
        self._retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            wait=wait_random_exponential(multiplier=min(0.1, longest_wait), max=longest_wait),
            stop=self._is_hopeless,
            before_sleep=self._say,
            reraise=True,
        )
        beginning = self._retrying.copy(retry=retry_if_exception_type((NodeUnreachable, NodeBusy)))
        self._first = beginning(self._begin, deployment, first_block)

    def step(self) -> Progress:
        """Come one range closer to the head; does nothing at the head.

        Raises:
            OtherChain: The node serves another chain now; the database says so too.
            ReorganisedTooDeep: The chain cannot be followed any more; the same.
            IndexWrong, EventsMissing: What the node says does not add up, however often it is
                asked; the same.
            DatabaseUnusable: It is gone, and the lock with it.
        """
        self._wrong = 0
        return self._told(self._attempt)

    def compare(self) -> bool:
        """Compare some rows with the contracts, where that is due.

        Returns:
            Whether there are more of them.

        Raises:
            RowsDiffer: They are not the same; the database says so too.
        """
        return self._told(lambda: self._comparison.step(self._connection))

    def _told(self, act: Callable[[], T]) -> T:
        """Do something until it works; what ends for good is in the database, too."""
        try:
            done = self._retrying(act)
        except (IndexProblem, OtherChain) as problem:
            with suppress(DatabaseBusy), self._connection.begin():
                report_problem(self._connection, str(problem))
            raise
        except DatabaseBusy as error:
            where = address_of(self._connection.engine)
            raise DatabaseUnusable(where, in_a_line(error)) from error
        self._fault = ""
        return done

    def follow(
        self,
        tell: Callable[[Progress], None],
        ended: Callable[[], bool],
        *,
        to_head: bool = False,
        pause: float = 0.25,
    ) -> None:
        """Step until told to stop.

        Args:
            tell: Gets every step.
            ended: Asked after every step, and before one is tried again.
            to_head: Stop at the head.
            pause: Seconds between two looks at the head.

        Raises:
            AgentEscrowError: As `step`; and what had failed, where it ended before it was repaired.
        """
        self._ended = ended
        self._fault = ""  # what was said last
        while not ended():
            progress = self.step()
            tell(progress)
            if progress.block >= progress.head and not self.compare():
                if to_head:
                    return
                time.sleep(pause)

    def _begin(self, deployment: Deployment, first_block: int | None) -> int:
        with self._connection.begin():
            return begin(self._connection, self._reader, deployment, first_block).first_block

    def _attempt(self) -> Progress:
        head = self._reader.head()
        common = self._common()
        last, after = (common.number, common.hash) if common else (self._first - 1, None)
        if last >= head.number:
            return self._seen(head, last, 0)
        keep_from = max(head.number - DEPTH + 1, self._first)
        batch = self._ahead.fetch(Stretch(last + 1, head.number, after, keep_from))
        self._write(batch, head)
        return Progress(batch.last.number, head.number, self._first, len(batch.entries))

    def _common(self) -> Block | None:
        try:
            return follow_reorganisation(self._connection, self._reader)
        except (NodeBehind, ReorganisedTooDeep):
            # A node that was exchanged for one of another chain looks like either of them.
            require_chain_of(self._reader, self._deployment)
            raise

    def _write(self, batch: Batch, head: Header) -> None:
        try:
            self._commit_if_right(batch, head)
        except (IndexWrong, EventsMissing):
            self._wrong += 1
            raise

    def _commit_if_right(self, batch: Batch, head: Header) -> None:
        try:
            self._commit(batch, head)
        except IndexWrong as wrong:
            self._require_wrong(batch.last, wrong)
            owed = {**batch.owed, wrong.contract: wrong.indexed}
            self._commit_if_right(replace(batch, owed=owed), head)

    def _require_wrong(self, block: Header, wrong: IndexWrong) -> None:
        def is_right() -> bool:
            owed = self._reader.owed(block)
            return owed.get(wrong.contract, wrong.indexed) == wrong.indexed

        require_wrong(self._reader, is_right, wrong)

    def _commit(self, batch: Batch, head: Header) -> None:
        with self._connection.begin():
            apply(self._connection, batch)
            report(self._connection, head=head.number, seen_at=_now())

    def _say(self, state: RetryCallState) -> None:
        """Log why it is tried again, once for each fault that lasts."""
        error = state.outcome and state.outcome.exception()
        words = in_a_line(error) if error else ""
        if words != self._fault:
            _log.warning("%s; trying again", words)
        self._fault = words

    def _is_hopeless(self, _state: RetryCallState) -> bool:
        return self._wrong >= _WRONG_AT_MOST or self._ended()

    def _seen(self, head: Header, last: int, events: int) -> Progress:
        with self._connection.begin():
            report(self._connection, head=head.number, seen_at=_now())
        return Progress(last, head.number, self._first, events)


def _may_pass(error: BaseException) -> bool:
    """Whether it is worth while to try again."""
    kinds = (NodeUnreachable, NodeRefused, IndexWrong, EventsMissing)
    return isinstance(error, kinds) or is_busy(error)


def _now() -> int:
    return int(time.time())
