"""Idempotency-Key: a POST that is sent again with its key is done once, whatever is signed anew.

A key is its signer's own, and stands for what a body means, without what is signed: so the retry
that answers a 401 has the same key. The first signed request that comes with a key is the one that
is relayed; another signature for the same key waits for that one's outcome. The first success is
kept, and repeated byte for byte while its block is one of the chain; after that it is derived anew.
What was refused moved nothing, and is looked at anew. Nothing is kept of who has signed nothing:
anybody could fill the database, or take another's key.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

import orjson
from fastapi import Header

from agentescrow.api.errors import ApiError
from agentescrow.store.database import Connection, DatabaseBusy, Engine, write_transaction
from agentescrow.store.people.idempotency import (
    Key,
    KeyName,
    find_key,
    forget_keys,
    keep_answer,
    keep_key,
    release,
    reserve,
)
from agentescrow.store.position import Block
from agentescrow.wire.shape import Shape

_DAY: Final = 86_400
_STALE_SECONDS: Final = 60
_ATTEMPTS: Final = 3
_SIGNED: Final[Any] = {
    "request": True,
    "signature": True,
    "permit": True,
    "authorization": {"valid_after", "valid_before", "salt", "signature"},
}

T = TypeVar("T")

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="Of the client's choice; kept for a day. The same key and body are done once.",
    ),
]


@dataclass(frozen=True, slots=True)
class Retries:
    """What a key remembers of one POST; without a key nothing.

    Args:
        database: Where keys are kept.
        key: Whose, and as it came.
        meaning: Digest of what the body means.
    """

    database: Engine
    key: KeyName | None
    meaning: str

    @classmethod
    def of(cls, database: Engine, key: str | None, signer: str, path: str, body: Shape) -> Retries:
        """Bind a key to what a body means.

        Args:
            database: Where keys are kept.
            key: As it came, or None.
            signer: Who signs, in checksum case.
            path: Of the request.
            body: Of the request.
        """
        meant = body.model_dump(mode="json", exclude=_SIGNED)
        said = orjson.dumps([path, meant], option=orjson.OPT_SORT_KEYS)
        name = None if key is None else KeyName(signer, key)
        return cls(database, name, hashlib.sha256(said).hexdigest())

    def begin(self) -> str | None:
        """Look the key up.

        Returns:
            The answer that was given before, or None.

        Raises:
            ApiError: 422: the key stands for something else.
        """
        if self.key is None:
            return None
        with self.database.connect() as connection:
            found = find_key(connection, self.key)
        return None if found is None else self._same(found).answer

    def chosen(self) -> str | None:
        """The signed request that was the first with the key, if there was one."""
        if self.key is None:
            return None
        with self.database.connect() as connection:
            found = find_key(connection, self.key)
        return None if found is None else found.request_id

    def choose(self, request_id: str, is_known: Callable[[str], bool]) -> str:
        """Which signed request is the one of this key.

        Args:
            request_id: The one that is offered.
            is_known: Whether the relayer has taken a request.

        Returns:
            The same, or the one that came first and was taken.

        Raises:
            ApiError: 409: another one is being looked at just now.
        """
        if self.key is None:
            return request_id
        key, now = self.key, int(time.time())
        if self._write(lambda connection: self._reserved(connection, key, request_id, now)):
            return request_id
        with self.database.connect() as connection:
            first = find_key(connection, key)
        if first is not None and first.request_id and is_known(first.request_id):
            return first.request_id
        waiting = first is not None and now - (first.reserved_at or 0) < _STALE_SECONDS
        gone = first.request_id if first is not None else None
        if waiting or not self._write(
            lambda connection: reserve(connection, key, request_id, now, instead_of=gone)
        ):
            raise ApiError(
                409, "IDEMPOTENCY_KEY_BUSY", "A request with this Idempotency-Key is under way."
            )
        return request_id

    def give_up(self, request_id: str) -> None:
        """Let another signed request have the key: this one was refused."""
        if self.key is not None:
            key = self.key
            self._write(lambda connection: release(connection, key, request_id))

    def keep(self, answer: bytes, block: Block) -> None:
        """Keep the answer for the next time.

        Args:
            answer: JSON.
            block: That it is as of.
        """
        if self.key is not None:
            key = self.key
            self._write(lambda connection: self._kept(connection, key, answer.decode(), block))

    def _reserved(self, connection: Connection, key: KeyName, request_id: str, now: int) -> bool:
        self._add(connection, key, now)
        return reserve(connection, key, request_id, now)

    def _kept(self, connection: Connection, key: KeyName, answer: str, block: Block) -> None:
        self._add(connection, key, int(time.time()))
        keep_answer(connection, key, answer, block)

    def _add(self, connection: Connection, key: KeyName, now: int) -> None:
        """Keep what the key stands for, unless it stands for something already."""
        found = find_key(connection, key)
        if found is not None:
            self._same(found)
            return
        forget_keys(connection, before=now - _DAY)
        keep_key(connection, key, self.meaning, now)

    def _same(self, found: Key) -> Key:
        if found.meaning != self.meaning:
            raise ApiError(
                422,
                "IDEMPOTENCY_KEY_REUSED",
                "This Idempotency-Key was sent with another body or to another path: "
                "use a new key.",
            )
        return found

    def _write(self, work: Callable[[Connection], T]) -> T:
        """Write; again where another process wrote the same key meanwhile."""
        for _ in range(_ATTEMPTS - 1):
            try:
                with write_transaction(self.database) as connection:
                    return work(connection)
            except DatabaseBusy:
                continue
        with write_transaction(self.database) as connection:
            return work(connection)
