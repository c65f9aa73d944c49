"""One key, one database: two relayers with one key would take each other's nonces for ever.

A nonce that another took is looked into: transactions of any other kind are the owner's business,
but requests that this database does not know are another relayer's.
"""

from __future__ import annotations

import logging

from agentescrow.chain.pool import Head, Pool
from agentescrow.errors import KeyShared, NodeRefused
from agentescrow.store.database import Engine
from agentescrow.store.people.relays import kept_transactions, nonces_from

_log = logging.getLogger(__name__)


class Exclusive:
    """Watches over the account's nonces."""

    def __init__(self, database: Engine, pool: Pool, forwarder: str, account: str) -> None:
        """Bind it.

        Args:
            database: The one whose requests the account sends.
            pool: The node.
            forwarder: Which is called.
            account: The relayer's.
        """
        self._database = database
        self._pool = pool
        self._forwarder = forwarder
        self._account = account
        self._seen: Head | None = None

    def watch(self, head: Head) -> None:
        """Look into nonces that were used since the last time and were given to nobody here.

        What came before the first time is left alone: it is of a database that was replaced, or
        of one whose relayer is still there, which shows with the next request.

        Args:
            head: The chain's.

        Raises:
            KeyShared: Another relayer used them.
            ChainProblem: The node does not answer.
        """
        seen = self._seen
        if seen is not None and head.nonce > seen.nonce:
            with self._database.connect() as connection:
                given = nonces_from(connection, self._account, seen.nonce)
            if not given.issuperset(range(seen.nonce, head.nonce)):
                self.look(min(seen.number + 1, head.number), head.number)
        self._seen = head

    def look(self, first: int, last: int) -> None:
        """Look for requests of the account's that this database does not know.

        Args:
            first: Block.
            last: Block.

        Raises:
            KeyShared: There is one.
            ChainProblem: The node does not answer.
        """
        try:
            forwarded = self._pool.forwarded(self._forwarder, first=first, last=last)
        except NodeRefused as refused:  # its logs do not reach back as far
            _log.warning("relayer: cannot tell whether another one has its key: %s", refused)
            return
        with self._database.connect() as connection:
            kept = kept_transactions(connection, forwarded)
        foreign = [each for each in forwarded if each not in kept]
        for transaction, sender in self._pool.senders(foreign).items():
            if sender == self._account.lower():
                raise KeyShared(self._account, transaction)
