"""Writes through the API's relayer: ask, check what is to be signed, sign, send, wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import httpx
from eth_account.messages import encode_typed_data

from agentescrow.chain.signatures import signed as signed_by
from agentescrow.chain.typed_data import digest
from agentescrow.errors import Refused, RequestOutOfOrder, ServiceProblem, StillPending
from agentescrow.sdk.asking import parsed, successful
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Message, Write, permit_to_sign, request_to_sign
from agentescrow.sdk.steps import AnswerLost, Steps, work
from agentescrow.sdk.write_key import WriteKey, write_key
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import PERMIT_REQUIRED, Permit, RelayStatus, Request

_SIGNATURES_MAX: Final = 3
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_ACCEPTED: Final = 202


def relayed(session: Session, write: Write, key: WriteKey | None = None) -> Steps[httpx.Response]:
    """Have a call relayed; once, however often an answer gets lost.

    Args:
        session: Who signs, and for which contracts.
        write: What is wanted.
        key: The caller's, or a fresh one.

    Returns:
        The answer: 200, or 202 once that request is mined and indexed.

    Raises:
        UntrustedRequest: The API asks to sign anything else; nothing was signed.
        Refused: The API or the contract says no, or the transaction failed.
        StillPending: It is not mined and indexed in time, or its answer is lost for good.
    """
    once = (key or write_key()).text
    answer = yield from session.in_turn(lambda: _taken(session, write, once))
    if successful(answer).status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    return answer


def _taken(session: Session, write: Write, key: str) -> Steps[httpx.Response]:
    """Have the relayer take it: the signer's next request may be signed while it is under way.

    Not so where a permit is under way: USDC knows the next number only once that is mined.
    """
    answer = yield from session.post(write.path, write.body, key)
    if not _asks_for_a_permit(answer):
        return (yield from _signed(session, write, key, answer))
    write = write.permitted((yield from _permit(session, write, answer)))
    answer = yield from session.post(write.path, write.body, key)
    answer = yield from _signed(session, write, key, answer)
    if answer.status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    return answer


def _signed(
    session: Session, write: Write, key: str, asked: httpx.Response
) -> Steps[httpx.Response]:
    """Sign and send; again where another client of the same signer was quicker.

    The API alone says that a request was not taken, so a fresh one is signed only for what the
    contract refuses a second time, and only where its nonce is higher: should the refused one be
    carried all the same, the fresh one does nothing.
    """
    nonce = -1
    answer = asked
    for _ in range(_SIGNATURES_MAX):
        if asked.status_code != _UNAUTHORIZED:
            return asked
        message = yield from _checked(session, write, asked, request_to_sign)
        if message["message"]["nonce"] <= nonce:
            break
        nonce = message["message"]["nonce"]
        answer = yield from _sent(session, write, key, message)
        if not write.works_once or not _is_out_of_order(answer):
            break
        asked = yield from session.post(write.path, write.body, key)
    return answer


def _sent(session: Session, write: Write, key: str, message: Message) -> Steps[httpx.Response]:
    signature = yield from work(lambda: signed_by(session.wallet(), message))
    request = Request.model_validate(message["message"])
    signed = {"request": request, "signature": f"0x{signature.hex()}"}
    try:
        return (yield from session.post(write.path, write.body.model_copy(update=signed), key))
    except AnswerLost as lost:
        words = f"signed and sent, and may be done: {lost}"
        raise StillPending(f"request {_id_of(message)}", words) from lost


def _permit(session: Session, write: Write, asked: httpx.Response) -> Steps[Permit]:
    message = yield from _checked(session, write, asked, permit_to_sign)
    signature = yield from work(lambda: signed_by(session.wallet(), message))
    return Permit(deadline=message["message"]["deadline"], signature=f"0x{signature.hex()}")


def _checked(
    session: Session,
    write: Write,
    asked: httpx.Response,
    to_sign: Callable[[Session, Write, object, int], Message],
) -> Steps[Message]:
    now = yield from session.now()
    offered = parsed(Problem, asked).typed_data
    return (yield from work(lambda: to_sign(session, write, offered, now)))


def _asks_for_a_permit(answer: httpx.Response) -> bool:
    return answer.status_code == _UNAUTHORIZED and _error_of(answer) == PERMIT_REQUIRED


def _is_out_of_order(answer: httpx.Response) -> bool:
    return answer.status_code == _BAD_REQUEST and _error_of(answer) == RequestOutOfOrder.code


def _error_of(answer: httpx.Response) -> str | None:
    try:
        return parsed(Problem, answer).error
    except ServiceProblem:  # of something between us and the API
        return None


def _until_done(session: Session, status: RelayStatus) -> Steps[None]:
    def look() -> Steps[RelayStatus | None]:
        found = yield from session.read(f"/api/requests/{status.id}", RelayStatus)
        return None if found.status == "pending" else found

    what = f"request {status.id}"
    done = yield from session.until(look, what, "taken by the relayer, and not mined yet")
    if done.status == "failed":
        raise Refused(400, "TRANSACTION_FAILED", done.problem or "The transaction failed.")
    yield from session.until_indexed(done.block_number or 0, what)


def _id_of(message: Message) -> str:
    """What `/api/requests/…` knows the request by."""
    return f"0x{digest(encode_typed_data(full_message=message)).hex()}"
