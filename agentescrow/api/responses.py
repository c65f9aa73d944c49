"""Answers as bytes: nothing is validated or encoded twice on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson
from fastapi import Response

JSON: Final = "application/json"


def json_answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON.

    Args:
        content: Of cards.
        status: HTTP status.
        headers: Further headers.
    """
    return Response(orjson.dumps(content), status, headers, media_type=JSON)


def kept_answer(content: str) -> Response:
    """The answer that an Idempotency-Key was given before, byte for byte.

    Args:
        content: JSON.
    """
    return Response(content, headers={"Idempotency-Replayed": "true"}, media_type=JSON)
