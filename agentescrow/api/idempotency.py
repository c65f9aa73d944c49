"""Idempotency-Key: a POST that is sent again with its key takes effect once.

A key belongs to its signer, and stands for the path and body without signatures, so the retry that
answers a 401 has the same key. The first signed request with a key is relayed; other signed
requests with that key wait for its outcome. The first success is stored and repeated byte for byte
while its block is part of the chain; after a reorganisation it is computed again. A refused request
had no effect and is processed again. Nothing is stored for unsigned bodies: otherwise anyone could
fill the database, or take another client's key.
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
_RESERVATION_SECONDS: Final = 60
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
        description="Chosen by the client, kept for a day. The same key and body take effect once.",
    ),
]


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """The Idempotency-Key of one POST; without a key, nothing is stored.

    Attributes:
        database: Database that stores keys.
        name: Signer and key, or None.
        fingerprint: Digest of path and body, without signatures.
    """

    database: Engine
    name: KeyName | None
    fingerprint: str

    @classmethod
    def of(
        cls, database: Engine, key: str | None, signer: str, path: str, body: Shape
    ) -> IdempotencyKey:
        """Bind a key to a path and a body.

        Args:
            database: Database that stores keys.
            key: Value of the header, or None.
            signer: Account that signs, in checksum case.
            path: Path of the request.
            body: Body of the request.
        """
        unsigned = body.model_dump(mode="json", exclude=_SIGNED)
        text = orjson.dumps([path, unsigned], option=orjson.OPT_SORT_KEYS)
        name = None if key is None else KeyName(signer, key)
        return cls(database, name, hashlib.sha256(text).hexdigest())

    def stored_response(self) -> str | None:
        """Find the response that was given before.

        Raises:
            ApiError: 422: the key was used for something else.
        """
        if self.name is None:
            return None
        with self.database.connect() as connection:
            found = find_key(connection, self.name)
        return None if found is None else self._checked(found).answer

    def relayed_request(self) -> str | None:
        """Find the first signed request with this key."""
        if self.name is None:
            return None
        with self.database.connect() as connection:
            found = find_key(connection, self.name)
        return None if found is None else found.request_id

    def reserve(self, request_id: str, is_known: Callable[[str], bool]) -> str:
        """Reserve the key for a signed request, unless another one has it.

        Args:
            request_id: Id of the signed request.
            is_known: Whether the relayer has accepted a request.

        Returns:
            The same id, or that of the accepted request that has the key.

        Raises:
            ApiError: 409: another request with the key is being processed.
        """
        if self.name is None:
            return request_id
        name, now = self.name, int(time.time())
        if self._write(lambda connection: self._reserve(connection, name, request_id, now)):
            return request_id
        with self.database.connect() as connection:
            first = find_key(connection, name)
        if first is not None and first.request_id and is_known(first.request_id):
            return first.request_id
        is_fresh = first is not None and now - (first.reserved_at or 0) < _RESERVATION_SECONDS
        stale = first.request_id if first is not None else None
        if is_fresh or not self._write(
            lambda connection: reserve(connection, name, request_id, now, instead_of=stale)
        ):
            raise ApiError(
                409,
                "IDEMPOTENCY_KEY_BUSY",
                "Another request with this Idempotency-Key is in progress; try again later.",
            )
        return request_id

    def release(self, request_id: str) -> None:
        """Free the key of a signed request that was refused."""
        if self.name is not None:
            name = self.name
            self._write(lambda connection: release(connection, name, request_id))

    def store_response(self, response: bytes, block: Block) -> None:
        """Store the response for repeated requests.

        Args:
            response: JSON.
            block: Indexed block that it was made at.
        """
        if self.name is not None:
            name, text = self.name, response.decode()
            self._write(lambda connection: self._store(connection, name, text, block))

    def _reserve(self, connection: Connection, name: KeyName, request_id: str, now: int) -> bool:
        self._ensure_key(connection, name, now)
        return reserve(connection, name, request_id, now)

    def _store(self, connection: Connection, name: KeyName, response: str, block: Block) -> None:
        self._ensure_key(connection, name, int(time.time()))
        keep_answer(connection, name, response, block)

    def _ensure_key(self, connection: Connection, name: KeyName, now: int) -> None:
        found = find_key(connection, name)
        if found is not None:
            self._checked(found)
            return
        forget_keys(connection, before=now - _DAY)
        keep_key(connection, name, self.fingerprint, now)

    def _checked(self, found: Key) -> Key:
        if found.meaning != self.fingerprint:
            raise ApiError(
                422,
                "IDEMPOTENCY_KEY_REUSED",
                "This Idempotency-Key was used with another body or path; use a new key.",
            )
        return found

    def _write(self, work: Callable[[Connection], T]) -> T:
        """Write, and try again if another process wrote the same key meanwhile."""
        for _ in range(_ATTEMPTS - 1):
            try:
                with write_transaction(self.database) as connection:
                    return work(connection)
            except DatabaseBusy:
                continue
        with write_transaction(self.database) as connection:
            return work(connection)
