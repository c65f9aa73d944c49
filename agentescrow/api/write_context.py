"""Base of the writers: what every write needs, bound to one request."""

from __future__ import annotations

from fastapi import Request, Response

from agentescrow.api.errors import ApiError
from agentescrow.api.idempotency import IdempotencyKey, KeyHeader
from agentescrow.api.index import IndexDep, ServiceDep
from agentescrow.api.writes import Write, perform


class Writer:
    """Performs the writes of one request under its Idempotency-Key; a FastAPI dependency.

    Attributes:
        service: The service.
        index: Index of the primary database.
    """

    def __init__(
        self, request: Request, service: ServiceDep, index: IndexDep, key: KeyHeader = None
    ) -> None:
        """Refuse writes on a replica.

        Raises:
            ApiError: 503.
        """
        if service.read_only:
            detail = "This server reads a replica and takes no writes; use the primary's server."
            raise ApiError(503, "RELAYER_UNAVAILABLE", detail)
        self.service = service
        self.index = index
        self._path = request.url.path
        self._key = key

    async def perform(self, write: Write) -> Response:
        """Perform a write."""
        database, signer = self.service.database, write.signer
        key = IdempotencyKey.of(database, self._key, signer, self._path, write.body)
        return await perform(self.service, self.index, key, write)
