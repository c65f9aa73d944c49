"""JSON responses of dictionaries, which are neither validated nor encoded a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import Response

JSON: Final = "application/json"


def json_response(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Encode JSON as a response."""
    return Response(orjson.dumps(content), status, headers, media_type=JSON)


def replayed_response(content: str) -> Response:
    """Repeat the stored response of an Idempotency-Key, byte for byte."""
    return Response(content, headers={"Idempotency-Replayed": "true"}, media_type=JSON)
