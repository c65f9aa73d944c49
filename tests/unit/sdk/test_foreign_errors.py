"""What an API or a gateway answers cannot raise anything but errors of this package.

given an answer under a status that HTTP does not know: it is refused under its number
given a Retry-After that is no number of seconds: it is left out
given a body that cannot be decoded: the answer is lost
given a request that the API says to have carried
  when the node is away for a moment: it is asked again
  when it stays away: the request is pending
"""

from __future__ import annotations

import httpx
import pytest

from agentescrow.errors import NodeUnreachable, Refused, StillPending
from agentescrow.sdk import gasless
from agentescrow.sdk.http import successful
from agentescrow.sdk.idempotency_key import write_key
from agentescrow.sdk.payment_attempts import Attempt
from agentescrow.sdk.runners import Blocking, meant
from agentescrow.sdk.session import Options, Session
from agentescrow.sdk.steps import AnswerLost


@pytest.mark.parametrize("status", [520, 530, 599, 999])
def test_successful__status_of_a_proxy__is_refused(status):
    """API-7: Cloudflare's 520 means that nobody knows what the API has done."""
    with pytest.raises(Refused, match=f"The API answers {status} an error"):
        successful(httpx.Response(status, content=b"<html>"))


@pytest.mark.parametrize(
    "text", ["\u00b2", "9" * 5000, "-1", "soon"], ids=["superscript", "long", "negative", "word"]
)
def test_successful__retry_after_is_no_number__is_left_out(text):
    """API-7: `int` takes neither a superscript nor 5,000 digits."""
    headers = httpx.Headers({"Retry-After": text}, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        successful(httpx.Response(429, headers=headers, content=b"<html>"))

    assert refused.value.retry_after is None


@pytest.mark.parametrize("kind", [httpx.DecodingError, httpx.TooManyRedirects, httpx.ReadError])
def test_meant__answer_of_no_use__is_lost(kind):
    """API-7: the API has had the request, and may have acted on it."""
    assert isinstance(meant(kind("no")), AnswerLost)


def waits_for(monkeypatch, answers, patience):
    """Let a client wait for a request while its node gives these answers."""
    session = Session(Options("http://node", None, None, True, None, patience))
    left = list(answers)

    def look_up(_ask):
        yield from ()
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    session.look_up = look_up
    monkeypatch.setattr(gasless, "name_of", lambda _request: "request 0x07")
    attempt = Attempt(write_key(), 0, signed=[{"message": {"deadline": 1}}])
    steps = gasless._until_carried(session, None, attempt)
    return Blocking(session, None)._take(steps)


def test_until_carried__node_away_for_a_moment__is_asked_again(monkeypatch):
    """API-7: what is signed may be paid, and one answer that did not come says nothing."""
    assert waits_for(monkeypatch, [NodeUnreachable("away"), ("mined", False)], 60) == "mined"


def test_until_carried__node_stays_away__is_pending(monkeypatch):
    """API-7: never an error that looks as if nothing was done."""
    with pytest.raises(StillPending, match=r"request 0x07.*away"):
        waits_for(monkeypatch, [NodeUnreachable("away")], 0)
