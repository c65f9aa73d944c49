"""What every write needs, bound to one request."""

from __future__ import annotations

from fastapi import Request, Response

from agentescrow.api.errors import ApiError
from agentescrow.api.idempotency import KeyHeader, Retries
from agentescrow.api.index import IndexDep, ServiceDep
from agentescrow.api.writes import Write, perform


class Writer:
    """Does writes under the request's Idempotency-Key.

    Attributes:
        service: The service.
        index: The index.
    """

    def __init__(
        self, request: Request, service: ServiceDep, index: IndexDep, key: KeyHeader = None
    ) -> None:
        """Bind it; FastAPI gives the arguments.

        Args:
            request: The request.
            service: The service.
            index: The index.
            key: Of the client's choice.

        Raises:
            ApiError: 503: nothing can be written here.
        """
        if service.read_only:
            words = "This server reads a replica, and takes no writes: another one does."
            raise ApiError(503, "RELAYER_UNAVAILABLE", words)
        self.service = service
        self.index = index
        self._path = request.url.path
        self._key = key

    async def perform(self, write: Write) -> Response:
        """Do a write.

        Args:
            write: The write.
        """
        database, signer = self.service.database, write.signer
        retries = Retries.of(database, self._key, signer, self._path, write.body)
        return await perform(self.service, self.index, retries, write)
