"""Writes through the API's relayer: ask, check what is to be signed, sign, send, wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

import httpx

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import Event
from agentescrow.chain.signatures import signed as signed_by
from agentescrow.chain.transactions import Mined
from agentescrow.domain.times import format_time
from agentescrow.errors import (
    ChainProblem,
    Contradicted,
    Refused,
    RequestOutOfOrder,
    ServiceProblem,
    StillPending,
)
from agentescrow.sdk.http import FIRST_PAUSE, LONGEST_PAUSE, parsed, successful
from agentescrow.sdk.idempotency_key import write_key
from agentescrow.sdk.payment_attempts import Attempt, both_would_pay
from agentescrow.sdk.request_outcomes import carried, paid_by
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Message, Write, name_of, permit_to_sign, request_to_sign
from agentescrow.sdk.steps import AnswerLost, Steps, pause, work
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import PERMIT_REQUIRED, Permit, RelayStatus, Request

T = TypeVar("T")

_SIGNATURES_MAX: Final = 3
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_ACCEPTED: Final = 202
_LOST: Final = "signed and sent, and may be done: {}"


def relayed(
    session: Session,
    write: Write,
    look: Callable[[Mined[Event]], Steps[T]],
    told: Callable[[httpx.Response], Steps[T]],
    attempt: Attempt | None = None,
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
        attempt: What pays; gets every request that is signed.

    Raises:
        UntrustedRequest: The API asks to sign anything else; nothing was signed.
        Refused: The API or the contract says no, or the transaction failed.
        StillPending: It is not mined and indexed in time, or its answer is lost for good.
        Contradicted: The API says that it is done, and the chain does not.
    """
    attempt = attempt or Attempt(write_key(), None)
    if session.options.rpc_url is None:
        return (yield from told((yield from _answered(session, write, attempt))))
    if attempt.first is None:
        attempt.first = yield from session.look_up(lambda chain: int(chain.w3.eth.block_number))
    try:
        answer = yield from _answered(session, write, attempt)
    except StillPending:  # patience is used up, and nobody takes it for a refusal
        raise
    except ServiceProblem:
        mined = yield from _if_carried(session, write, attempt)
        if mined is None:
            raise
        return (yield from session.shown(mined, look))
    mined = yield from _until_carried(session, write, attempt)
    return (yield from (told(answer) if mined is None else session.shown(mined, look)))


def _answered(session: Session, write: Write, attempt: Attempt) -> Steps[httpx.Response]:
    """Ask, sign and wait; the attempt gets what was signed.

    Raises:
        ServiceProblem: The API says that it is done, although nothing was signed.
    """
    answer = yield from session.in_turn(lambda: _taken(session, write, attempt))
    if successful(answer).status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    if not attempt.signed and attempt.nonce is None and not attempt.key.is_given:
        raise ServiceProblem("the API says that it is done, but nothing was signed")
    return answer


def _if_carried(session: Session, write: Write, attempt: Attempt) -> Steps[Mined[Event] | None]:
    with suppress(ChainProblem):  # what the API has said is told then
        return (yield from session.look_up(lambda chain: _found(chain, session, write, attempt)))
    return None


def _until_carried(session: Session, write: Write, attempt: Attempt) -> Steps[Mined[Event] | None]:
    """Wait until the node has what the API says that it has carried.

    Returns:
        It; None where it was carried before this attempt, for a key of the caller's.

    Raises:
        StillPending: The node does not answer.
        Contradicted: It never has.
    """
    if not attempt.signed and attempt.nonce is None:
        return None
    end, wait = time.monotonic() + session.options.patience, FIRST_PAUSE
    while True:
        problem = None
        try:
            mined, was_before = yield from session.look_up(
                lambda chain: (
                    _found(chain, session, write, attempt),
                    _was_before(chain, session, attempt),
                )
            )
        except ChainProblem as away:  # it is signed, and nothing else may be said of it
            mined, was_before, problem = None, False, away
        if mined is not None or was_before:
            return mined
        if time.monotonic() >= end:
            raise _missing(attempt, problem) from problem
        yield from pause(wait)
        wait = min(2 * wait, LONGEST_PAUSE)


def _found(
    chain: Contracts, session: Session, write: Write, attempt: Attempt
) -> Mined[Event] | None:
    """What the node has of all that was signed."""
    payer, first = session.wallet().address, attempt.first or 0
    if attempt.nonce is not None:
        return paid_by(chain, payer, attempt.nonce, first, write.did)
    return carried(chain, write.did, attempt.signed, first)


def _was_before(chain: Contracts, session: Session, attempt: Attempt) -> bool:
    """Whether it was paid for under the caller's key before this client was there."""
    if attempt.signed or attempt.nonce is None or not attempt.key.is_given:
        return False
    return chain.usdc.is_used(session.wallet().address, attempt.nonce)


def _missing(attempt: Attempt, problem: ChainProblem | None) -> StillPending | Contradicted:
    if attempt.signed:
        what, until = name_of(attempt.signed[-1]), attempt.signed[-1]["message"]["deadline"]
    else:
        what, until = _payment(attempt), attempt.expires
    if problem is not None:
        return StillPending(what, f"done by the API's word, but the node does not tell: {problem}")
    found = (
        f"not carried, as it still may be until {format_time(until)}; "
        "gasless=False sends it oneself"
    )
    return Contradicted(what, "outcome", "done", found)


def _taken(session: Session, write: Write, attempt: Attempt) -> Steps[httpx.Response]:
    """Have the relayer take it: the signer's next request may be signed while it is under way.

    Not so where a permit is under way: USDC knows the next number only once that is mined.
    """
    answer = yield from _asked(session, write, attempt)
    if not _asks_for_a_permit(answer):
        return (yield from _signed(session, write, attempt, answer))
    write = write.permitted((yield from _permit(session, write, answer)))
    answer = yield from _asked(session, write, attempt)
    answer = yield from _signed(session, write, attempt, answer)
    if answer.status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    return answer


def _asked(session: Session, write: Write, attempt: Attempt) -> Steps[httpx.Response]:
    """Ask without a request; where an authorization comes along, that may be enough."""
    try:
        return (yield from session.post(write.path, write.body, attempt.key.text))
    except AnswerLost as lost:
        if attempt.nonce is None:
            raise
        raise StillPending(_payment(attempt), _LOST.format(lost)) from lost


def _signed(
    session: Session, write: Write, attempt: Attempt, asked: httpx.Response
) -> Steps[httpx.Response]:
    """Sign and send; again where another client of the same signer was quicker.

    The API alone says that a request was not taken, so a fresh one is signed only for what the
    contract refuses a second time, and only where its nonce is higher: should the refused one be
    carried all the same, the fresh one does nothing.
    """
    nonce, signed = -1, attempt.signed
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
        answer = yield from _sent(session, write, attempt, message)
        if not write.works_once or not _is_out_of_order(answer):
            break
        asked = yield from _asked(session, write, attempt)
    return answer


def _require_same_number(before: Message, message: Message) -> None:
    """What an earlier attempt has signed still works: under the same number one of both does.

    Raises:
        StillPending: It has another number, so that both would.
    """
    if message["message"]["nonce"] != before["message"]["nonce"]:
        raise both_would_pay(before)


def _sent(
    session: Session, write: Write, attempt: Attempt, message: Message
) -> Steps[httpx.Response]:
    attempt.signed.append(message)
    signature = yield from work(lambda: signed_by(session.wallet(), message))
    request = Request.model_validate(message["message"])
    proof = {"request": request, "signature": f"0x{signature.hex()}"}
    body = write.body.model_copy(update=proof)
    try:
        return (yield from session.post(write.path, body, attempt.key.text))
    except AnswerLost as lost:
        raise StillPending(name_of(message), _LOST.format(lost)) from lost


def _permit(session: Session, write: Write, asked: httpx.Response) -> Steps[Permit]:
    message = yield from _checked(session, write, asked, permit_to_sign)
    signature = yield from work(lambda: signed_by(session.wallet(), message))
    return Permit(deadline=message["message"]["deadline"], signature=f"0x{signature.hex()}")


def _checked(
    session: Session,
    write: Write,
    asked: httpx.Response,
    to_sign: Callable[[Session, Write, object, int], Steps[Message]],
) -> Steps[Message]:
    now = yield from session.now()
    offered = parsed(Problem, asked).typed_data
    return (yield from to_sign(session, write, offered, now))


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


def _payment(attempt: Attempt) -> str:
    return f"authorization 0x{(attempt.nonce or b'').hex()}"
