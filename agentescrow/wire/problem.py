"""Errors: RFC 9457 problem details that also carry the numeric code of the SDKs (API-3)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from agentescrow.wire.shape import Shape

MEDIA_TYPE = "application/problem+json"


class Problem(Shape):
    """Why something was not done.

    Attributes:
        type: "about:blank": `error` tells the kind.
        title: The HTTP status in words.
        status: The HTTP status.
        detail: What was wrong, and what is allowed, for people.
        code: The HTTP status once more, as SDKs compare it.
        error: The stable name of the kind of error.
        reasons: Sentences, one for each reason.
        reason_codes: Stable names of the reasons, in the same order.
        typed_data: With 401: the EIP-712 data to sign; its `message` is the `request` to send
            along.
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
