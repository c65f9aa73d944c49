"""Writes through the API's relayer: ask, check what is to be signed, sign, send, wait."""

from __future__ import annotations

import time
from typing import Any, Final

import httpx

from agentescrow.chain.calls import Calls
from agentescrow.chain.forwarder import forwarder_domain
from agentescrow.chain.typed_data import forward_request
from agentescrow.errors import Refused, StillPending, UntrustedRequest
from agentescrow.sdk.session import Session, parsed, successful
from agentescrow.sdk.steps import Steps, ask, pause, work
from agentescrow.wire.problem import Problem
from agentescrow.wire.relay import RelayStatus, Request
from agentescrow.wire.runs import Action

_GAS_MAX: Final = 2_000_000
_VALID_MAX: Final = 86_400
_PAUSE: Final = 0.25
_UNAUTHORIZED: Final = 401
_ACCEPTED: Final = 202


def relayed(session: Session, path: str, body: Action, call: bytes) -> Steps[httpx.Response]:
    """Have a call relayed.

    Args:
        session: Who signs, and for which contracts.
        path: Of the API.
        body: What is wanted, unsigned.
        call: The same as a call of RunEscrow, encoded here: the only thing that is signed.

    Returns:
        The answer: 200, or 202 once that request is mined and indexed.

    Raises:
        UntrustedRequest: The API asks to sign anything else; nothing was signed.
        Refused: The API or the contract says no, or the transaction failed.
        StillPending: It is not mined and indexed in time.
    """
    answer = yield from ask("POST", path, json=_json(body))
    if answer.status_code == _UNAUTHORIZED:
        now = yield from _now(session)
        problem = parsed(Problem, answer)
        message = yield from work(lambda: checked(session, problem.typed_data, call, now))
        signature = yield from work(lambda: session.wallet().sign_typed_data(message))
        request = Request.model_validate(message["message"])
        signed = {"request": request, "signature": f"0x{signature.hex()}"}
        answer = yield from ask("POST", path, json=_json(body.model_copy(update=signed)))
    if successful(answer).status_code == _ACCEPTED:
        yield from _until_done(session, parsed(RelayStatus, answer))
    return answer


def checked(session: Session, offered: object, call: bytes, now: int) -> dict[str, Any]:
    """Make the message that is signed, of our own parts, if it is the one that was offered.

    The API chooses gas, nonce and deadline alone, within limits.

    Args:
        session: Who signs, and for which contracts.
        offered: What the API asks to sign.
        call: What the caller wants.
        now: Unix seconds.

    Raises:
        UntrustedRequest: It is anything else.
    """
    deployment = session.deployment()
    message = offered.get("message") if isinstance(offered, dict) else None
    if not isinstance(message, dict):
        raise UntrustedRequest("the API asks for a signature, but not under a forwarder's request")
    ours = forward_request(
        forwarder_domain(deployment),
        signer=session.wallet().address,
        to=Calls(deployment.escrow).target,
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


def _now(session: Session) -> Steps[int]:
    """The time that deadlines are measured by: the node's, else this machine's; not the API's."""
    if session.options.rpc_url is not None:
        return (yield from session.now())
    return int(time.time())


def _until_done(session: Session, status: RelayStatus) -> Steps[None]:
    end = time.monotonic() + session.options.patience
    while status.status == "pending":
        if time.monotonic() >= end:
            raise StillPending(f"request {status.id}", "taken by the relayer, and not mined yet")
        yield from pause(_PAUSE)
        status = yield from session.read(f"/api/requests/{status.id}", RelayStatus)
    if status.status == "failed":
        raise Refused(400, "TRANSACTION_FAILED", status.problem or "The transaction failed.")
    yield from session.until_indexed(status.block_number or 0, f"request {status.id}")


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


def _json(body: Action) -> dict[str, Any]:
    return body.model_dump(mode="json", exclude_none=True)
