"""Writes through the API's relayer: ask, check what is to be signed, sign, send, wait."""

from __future__ import annotations

from typing import Any, Final

import httpx
from eth_account.messages import encode_typed_data

from agentescrow.chain.forwarder import forwarder_domain
from agentescrow.chain.typed_data import digest, forward_request
from agentescrow.errors import Refused, StillPending, UntrustedRequest
from agentescrow.sdk.asking import parsed, successful
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import AnswerLost, Steps, work
from agentescrow.sdk.write_key import WriteKey, write_key
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import Action, RelayStatus, Request

_GAS_MAX: Final = 2_000_000
_VALID_MAX: Final = 86_400
_UNAUTHORIZED: Final = 401
_ACCEPTED: Final = 202


def relayed(
    session: Session, path: str, body: Action, to: str, call: bytes, key: WriteKey | None = None
) -> Steps[httpx.Response]:
    """Have a call relayed; once, however often an answer gets lost.

    Args:
        session: Who signs, and for which contracts.
        path: Of the API.
        body: What is wanted, unsigned.
        to: Contract that is called.
        call: The same as its call, encoded here: the only thing that is signed.
        key: The caller's, or a fresh one.

    Returns:
        The answer: 200, or 202 once that request is mined and indexed.

    Raises:
        UntrustedRequest: The API asks to sign anything else; nothing was signed.
        Refused: The API or the contract says no, or the transaction failed.
        StillPending: It is not mined and indexed in time, or its answer is lost for good.
    """
    once = (key or write_key()).text
    answer = yield from session.post(path, body, once)
    if answer.status_code == _UNAUTHORIZED:
        now = yield from session.now()
        problem = parsed(Problem, answer)
        message = yield from work(lambda: checked(session, problem.typed_data, to, call, now))
        signature = yield from work(lambda: session.wallet().sign_typed_data(message))
        request = Request.model_validate(message["message"])
        signed = {"request": request, "signature": f"0x{signature.hex()}"}
        try:
            answer = yield from session.post(path, body.model_copy(update=signed), once)
        except AnswerLost as lost:
            words = f"signed and sent, and may be done: {lost}"
            raise StillPending(f"request {_id_of(message)}", words) from lost
    if successful(answer).status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    return answer


def checked(session: Session, offered: object, to: str, call: bytes, now: int) -> dict[str, Any]:
    """Make the message that is signed, of our own parts, if it is the one that was offered.

    The API chooses gas, nonce and deadline alone, within limits.

    Args:
        session: Who signs, and for which contracts.
        offered: What the API asks to sign.
        to: Contract that is to be called.
        call: What the caller wants.
        now: Unix seconds.

    Raises:
        UntrustedRequest: It is anything else.
    """
    message = offered.get("message") if isinstance(offered, dict) else None
    if not isinstance(message, dict):
        raise UntrustedRequest("the API asks for a signature, but not under a forwarder's request")
    ours = forward_request(
        forwarder_domain(session.deployment()),
        signer=session.wallet().address,
        to=to,
        gas=_within(message, "gas", _GAS_MAX),
        nonce=_within(message, "nonce", 2**64),
        deadline=_within(message, "deadline", now + _VALID_MAX),
        data=call,
    )
    if offered != ours:
        raise UntrustedRequest(
            f"the API asks to sign something else than what was asked of it: its "
            f"{_difference(offered, ours)} is wrong; nothing was signed"
        )
    return ours


def _until_done(session: Session, status: RelayStatus) -> Steps[None]:
    def look() -> Steps[RelayStatus | None]:
        found = yield from session.read(f"/api/requests/{status.id}", RelayStatus)
        return None if found.status == "pending" else found

    what = f"request {status.id}"
    done = yield from session.until(look, what, "taken by the relayer, and not mined yet")
    if done.status == "failed":
        raise Refused(400, "TRANSACTION_FAILED", done.problem or "The transaction failed.")
    yield from session.until_indexed(done.block_number or 0, what)


def _id_of(message: dict[str, Any]) -> str:
    """What `/api/requests/…` knows the request by."""
    return f"0x{digest(encode_typed_data(full_message=message)).hex()}"


def _within(message: dict[str, Any], name: str, highest: int) -> int:
    value = message.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        raise UntrustedRequest(
            f"the API asks to sign a request whose {name} is {value!r}: 0 to {highest} are allowed"
        )
    return value


def _difference(offered: Any, ours: dict[str, Any], path: str = "typedData") -> str:  # noqa: ANN401 - JSON
    for key, value in ours.items():
        found = offered.get(key) if isinstance(offered, dict) else None
        if found != value:
            inside = isinstance(value, dict) and isinstance(found, dict)
            return _difference(found, value, f"{path}.{key}") if inside else f"{path}.{key}"
    return path
