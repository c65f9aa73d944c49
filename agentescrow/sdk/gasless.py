"""Writes through the API's relayer: ask, check what is to be signed, sign, send, wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

import httpx
from eth_account.messages import encode_typed_data

from agentescrow.chain.events import Event
from agentescrow.chain.signatures import signed as signed_by
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import digest
from agentescrow.domain.times import format_time
from agentescrow.errors import (
    ChainProblem,
    Contradicted,
    Refused,
    RequestOutOfOrder,
    ServiceProblem,
    StillPending,
)
from agentescrow.sdk.asking import FIRST_PAUSE, LONGEST_PAUSE, parsed, successful
from agentescrow.sdk.carrying import carried
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Message, Write, permit_to_sign, request_to_sign
from agentescrow.sdk.steps import AnswerLost, Steps, pause, work
from agentescrow.sdk.write_key import WriteKey, write_key
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import PERMIT_REQUIRED, Permit, RelayStatus, Request

T = TypeVar("T")

_SIGNATURES_MAX: Final = 3
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_ACCEPTED: Final = 202


def relayed(
    session: Session,
    write: Write,
    look: Callable[[Mined[Event]], Steps[T]],
    told: Callable[[httpx.Response], Steps[T]],
    key: WriteKey | None = None,
    signed: list[Message] | None = None,
) -> Steps[T]:
    """Have a call relayed; once, however often an answer gets lost.

    Where there is a node, it tells whether the call was carried, whatever the API answers.

    Args:
        session: Who signs, and for which contracts.
        write: What is wanted.
        look: Reads the API, given what was mined by the node's word.
        told: Reads the API's answer, 200, or 202 once that request is mined and indexed: where
            there is no node, and where the answer is the one that was kept for a key of the
            caller's.
        key: The caller's, or a fresh one.
        signed: Gets every request that is signed.

    Raises:
        UntrustedRequest: The API asks to sign anything else; nothing was signed.
        Refused: The API or the contract says no, or the transaction failed.
        StillPending: It is not mined and indexed in time, or its answer is lost for good.
        Contradicted: The API says that it is done, and the chain does not.
    """
    key = key or write_key()
    signed = [] if signed is None else signed
    if session.options.rpc_url is None:
        answer = yield from _answered(session, write, key, signed)
        return (yield from told(answer))
    first = yield from session.look_up(lambda chain: chain.w3.eth.block_number)
    try:
        answer = yield from _answered(session, write, key, signed)
    except StillPending:  # patience is used up, and nobody takes it for a refusal
        raise
    except ServiceProblem:
        mined = yield from _if_carried(session, write, signed, first)
        if mined is None:
            raise
        return (yield from session.shown(mined, look))
    if not signed:
        return (yield from told(answer))
    mined = yield from _until_carried(session, write, signed, first)
    return (yield from session.shown(mined, look))


def _answered(
    session: Session, write: Write, key: WriteKey, signed: list[Message]
) -> Steps[httpx.Response]:
    """Ask, sign and wait; `signed` gets what was signed.

    Raises:
        ServiceProblem: The API says that it is done, although nothing was signed.
    """
    answer = yield from session.in_turn(lambda: _taken(session, write, key.text, signed))
    if successful(answer).status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    if not signed and not key.is_given:
        raise ServiceProblem("the API says that it is done, but nothing was signed")
    return answer


def _if_carried(
    session: Session, write: Write, signed: list[Message], first: int
) -> Steps[Mined[Event] | None]:
    with suppress(ChainProblem):  # what the API has said is told then
        return (yield from session.look_up(lambda chain: carried(chain, write.did, signed, first)))
    return None


def _until_carried(
    session: Session, write: Write, signed: list[Message], first: int
) -> Steps[Mined[Event]]:
    """Wait until the node has what the API says that it has carried.

    Raises:
        StillPending: The node does not answer.
        Contradicted: It never has.
    """
    request = signed[-1]
    what = f"request {_id_of(request)}"
    end, wait = time.monotonic() + session.options.patience, FIRST_PAUSE
    while True:
        problem = None
        try:
            mined = yield from session.look_up(
                lambda chain: carried(chain, write.did, signed, first)
            )
        except ChainProblem as away:  # it is signed, and nothing else may be said of it
            mined, problem = None, away
        if mined is not None:
            return mined
        if time.monotonic() >= end:
            if problem is not None:
                words = f"done by the API's word, but the node does not tell: {problem}"
                raise StillPending(what, words) from problem
            until = format_time(request["message"]["deadline"])
            found = f"not carried, as it still may be until {until}; gasless=False sends it oneself"
            raise Contradicted(what, "outcome", "done", found)
        yield from pause(wait)
        wait = min(2 * wait, LONGEST_PAUSE)


def _taken(
    session: Session, write: Write, key: str, signed: list[Message]
) -> Steps[httpx.Response]:
    """Have the relayer take it: the signer's next request may be signed while it is under way.

    Not so where a permit is under way: USDC knows the next number only once that is mined.
    """
    answer = yield from session.post(write.path, write.body, key)
    if not _asks_for_a_permit(answer):
        return (yield from _signed(session, write, key, answer, signed))
    write = write.permitted((yield from _permit(session, write, answer)))
    answer = yield from session.post(write.path, write.body, key)
    answer = yield from _signed(session, write, key, answer, signed)
    if answer.status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    return answer


def _signed(
    session: Session, write: Write, key: str, asked: httpx.Response, signed: list[Message]
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
        if signed and not write.works_once:
            _require_same_number(signed[-1], message)
        if message["message"]["nonce"] <= nonce:
            break
        nonce = message["message"]["nonce"]
        answer = yield from _sent(session, write, key, message, signed)
        if not write.works_once or not _is_out_of_order(answer):
            break
        asked = yield from session.post(write.path, write.body, key)
    return answer


def _require_same_number(before: Message, message: Message) -> None:
    """What an earlier attempt has signed still works: under the same number one of both does.

    Raises:
        StillPending: It has another number, so that both would.
    """
    if message["message"]["nonce"] != before["message"]["nonce"]:
        until = format_time(before["message"]["deadline"])
        words = f"signed before, and may be carried until {until}: both would pay"
        raise StillPending(f"request {_id_of(before)}", words)


def _sent(
    session: Session, write: Write, key: str, message: Message, signed: list[Message]
) -> Steps[httpx.Response]:
    signed.append(message)
    signature = yield from work(lambda: signed_by(session.wallet(), message))
    request = Request.model_validate(message["message"])
    proof = {"request": request, "signature": f"0x{signature.hex()}"}
    try:
        return (yield from session.post(write.path, write.body.model_copy(update=proof), key))
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
