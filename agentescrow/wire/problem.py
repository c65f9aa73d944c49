"""Errors as RFC 9457 problem details, with the numeric code that SDKs compare (API-3)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentescrow.wire.shape import Shape

MEDIA_TYPE = "application/problem+json"


class Problem(Shape):
    """An error.

    Attributes:
        type: "about:blank": see `error` for the kind of error.
        title: Phrase of the HTTP status.
        status: HTTP status.
        detail: Description of the error: the cause, what is allowed, and what to do next.
        code: HTTP status again, which SDKs compare.
        error: Stable name of the error.
        reasons: One sentence for each reason.
        reason_codes: Stable names of the reasons, in the same order.
        typed_data: With status 401, the EIP-712 data to sign; its `message` is the `request` to
            send back.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: int
    error: str
    reasons: list[str] = Field(default_factory=list)
    reason_codes: list[str] = Field(default_factory=list)
    typed_data: dict[str, Any] | None = None
