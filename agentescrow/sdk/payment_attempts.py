"""Payments whose outcome a client does not know: asked for again, the same authorization pays.

Whoever gets an error retries. With a fresh authorization the retry would pay a second time where
the first one went through all the same, be it that an answer was lost or that the API lies.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from eth_utils.address import to_checksum_address
from hexbytes import HexBytes

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import Event
from agentescrow.chain.reverts import checked_answers, translated_errors
from agentescrow.chain.transactions import Mined
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.times import format_time
from agentescrow.errors import StillPending
from agentescrow.sdk.idempotency_key import WriteKey
from agentescrow.sdk.request_outcomes import (
    Did,
    carried,
    done_since,
    is_settled,
    mined_in,
    paid_by,
    require_shown,
)
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Message, name_of
from agentescrow.sdk.steps import Steps

T = TypeVar("T")
E = TypeVar("E", bound=Event)


@dataclass(slots=True)
class Attempt:
    """One payment, from before anything is signed.

    Args:
        key: Of which the authorization's salt is made.
        first: The node's block before; None without a node.
        deadline: Of the run, unix seconds, where there is one.
        did: Tells by an event of the contract that it is done.
        nonce: Of the authorization that pays; None where nothing keeps it from being done twice.
        is_repeatable: Whether something may be signed that works again, under no nonce: what an
            allowance pays, and what is taken out.
        expires: Unix second after which nothing that was signed works any more.
        signed: Requests for the forwarder.
        transaction: The client's own, once its hash is known.
        number: The account's number that a transaction has whose hash nobody has told.
        is_being_sent: Whether it is under way in a thread.
    """

    key: WriteKey
    first: int | None
    deadline: int | None = None
    did: Did = field(default=lambda _event: False)
    nonce: bytes | None = None
    is_repeatable: bool = False
    expires: int = 0
    signed: list[Message] = field(default_factory=list)
    transaction: str | None = None
    number: int | None = None
    is_being_sent: bool = False
    _leave: threading.Lock = field(default_factory=threading.Lock)

    def paid(self, nonce: bytes | None, expires: int) -> None:
        """Note what pays.

        Args:
            nonce: Of the authorization; None where there is none.
            expires: Unix second before which the authorization is valid.

        Raises:
            StillPending: A request that an allowance pays is signed, and may be carried yet.
        """
        if nonce is None:
            self.is_repeatable = True
            return
        if self.is_repeatable and self.signed:  # nothing keeps an authorization from paying beside
            raise both_would_pay(self.signed[-1])
        self.nonce = nonce
        self.expires = max(self.expires, expires)

    def send(
        self,
        session: Session,
        act: Callable[[Contracts, Wallet], Mined[E]],
        look: Callable[[Mined[E]], Steps[T]],
    ) -> Steps[T]:
        """Send the client's own transaction, and note it; see `Session.send`.

        Its thread may wait for its turn when the task that has started it is cancelled; it does
        not begin then.

        Args:
            act: Sends, and waits.
            look: Reads the API, given what was mined.
        """
        self._leave = leave = threading.Lock()

        def sending(contracts: Contracts, wallet: Wallet) -> Mined[E]:
            if not leave.acquire(blocking=False):
                raise CancelledError
            return self._sending(contracts, wallet, lambda: act(contracts, wallet))

        return (yield from session.send(sending, look))

    def give_up(self) -> None:
        """Let nothing begin any more; what has begun goes on, and is noted."""
        self._leave.acquire(blocking=False)

    def _sending(self, chain: Contracts, wallet: Wallet, send: Callable[[], Mined[E]]) -> Mined[E]:
        own, before = chain.own, chain.own.count
        number = None
        try:
            self.is_being_sent = True
            if self.nonce is None:
                number = _number(chain, wallet.address, "pending")
            mined = send()
        except BaseException:  # Ctrl-C, and whatever a wallet raises, too
            if own.count == before:
                self._leave.release()  # nothing has left; the session may try once more
            else:
                self.transaction = own.last
                self.number = None if number is None else number + own.count - before - 1
            self.is_being_sent = False
            raise
        self.transaction = mined.transaction
        self.is_being_sent = False
        return mined


def both_would_pay(before: Message) -> StillPending:
    """The error for what cannot be signed beside an earlier request."""
    until = format_time(before["message"]["deadline"])
    words = f"signed before, and may be carried until {until}: both would pay"
    return StillPending(name_of(before), words)


def paid_once(
    session: Session,
    asked: Hashable,
    key: WriteKey,
    act: Callable[[Attempt], Steps[T]],
    look: Callable[[Mined[Event]], Steps[T]],
) -> Steps[T]:
    """Pay; where the same was tried before and its outcome is not known, the same once more.

    Args:
        asked: All that the caller has given; equal values are the same payment.
        key: For a first attempt.
        act: Pays, and notes in the attempt what can pay.
        look: Reads the API, given what was mined.

    Raises:
        StillPending: The earlier one is under way, and a second one would pay twice.
    """
    attempt = session.attempts.take(asked)
    if attempt is not None:
        try:
            mined, is_over = yield from _outcome(session, attempt)
            if mined is not None:
                return (yield from session.shown(mined, look))
            if is_over:
                attempt = None
        except BaseException:
            session.attempts.keep(asked, attempt)
            raise
    if attempt is None:
        attempt = Attempt(key, (yield from _head(session)))
    elif attempt.nonce is not None:  # it may still pay, so that an allowance will not do
        attempt.key = replace(attempt.key, is_given=True)
    try:
        return (yield from act(attempt))
    except BaseException:  # a cancelled task's too
        attempt.give_up()
        if _may_be_paid(attempt):
            session.attempts.keep(asked, attempt)
        raise


def _may_be_paid(attempt: Attempt) -> bool:
    """Whether something that pays may have left: to the API, or in a transaction of one's own.

    What is signed under a nonce of its own is kept in any case: once more it does no harm.
    """
    deadlines = [message["message"]["deadline"] for message in attempt.signed]
    attempt.expires = max([attempt.expires, *deadlines])
    has_signed = attempt.nonce is not None or bool(attempt.signed)
    return has_signed or _has_left(attempt) or attempt.is_being_sent


def _has_left(attempt: Attempt) -> bool:
    return attempt.transaction is not None or attempt.number is not None


def _head(session: Session) -> Steps[int | None]:
    if session.options.rpc_url is None:
        return None
    return (yield from session.look_up(lambda chain: int(chain.w3.eth.block_number)))


def _outcome(session: Session, attempt: Attempt) -> Steps[tuple[Mined[Event] | None, bool]]:
    """What has become of an attempt by the node's word, and whether it can pay no more.

    Without a node nobody knows whether an authorization has paid before it expired; it is kept, and
    does no harm. A request that has expired is carried no more, so that it is forgotten.

    Raises:
        StillPending: It cannot be made again, because nothing would keep both from being paid.
    """
    first = attempt.first
    if first is None:
        return None, attempt.nonce is None and time.time() > attempt.expires
    payer = session.wallet().address

    def find(chain: Contracts) -> tuple[Mined[Event] | None, bool]:
        with checked_answers():
            return found(chain)

    def found(chain: Contracts) -> tuple[Mined[Event] | None, bool]:
        with translated_errors():
            head = chain.w3.eth.get_block("latest")
        chain.own.expect(head["number"])  # asked of an older block, it may have paid since
        now = min(int(head["timestamp"]), int(time.time()))  # a node may be in the future
        mined, is_over = _done_by(chain, payer, attempt, first), now > attempt.expires
        if mined is not None or attempt.nonce is not None:
            return mined, is_over
        if _has_left(attempt):
            _require_settled(chain, payer, attempt)
            return None, True
        if is_over:
            require_shown(chain, attempt.signed, first)
        return None, is_over

    mined, is_over = yield from session.on_chain(find)  # after what is being sent
    if mined is None and attempt.nonce is None and attempt.is_being_sent:
        raise StillPending("a transaction", "under way since a call that was cancelled")
    return mined, is_over


def _done_by(chain: Contracts, payer: str, attempt: Attempt, first: int) -> Mined[Event] | None:
    if attempt.nonce is not None:
        mined = paid_by(chain, payer, attempt.nonce, first, attempt.did)
        if mined is None and chain.usdc.is_used(payer, attempt.nonce):
            words = "it is used, and the node does not show yet what it has paid for"
            raise StillPending(f"authorization 0x{attempt.nonce.hex()}", words)
        return mined
    if not _has_left(attempt):
        return carried(chain, attempt.did, attempt.signed, first)
    mined = None
    if attempt.transaction is not None:
        mined = mined_in(chain, HexBytes(attempt.transaction), attempt.did)
    return mined or done_since(chain, attempt.did, first)


def _require_settled(chain: Contracts, payer: str, attempt: Attempt) -> None:
    """Make sure that what has left can pay no more.

    That it has not paid the logs say, which were asked before, beside the receipt. It has failed
    then, or was the approval before the payment. Where nobody has told its hash, its number tells:
    it is used by another transaction, or the next one takes it.

    Raises:
        StillPending: It still may.
    """
    if attempt.transaction is not None:
        if is_settled(chain, HexBytes(attempt.transaction), attempt.did):
            return
        raise StillPending(f"transaction {attempt.transaction}", "sent before, and not mined yet")
    number = attempt.number or 0
    is_used = _number(chain, payer, "latest") > number
    if not is_used and _number(chain, payer, "pending") > number:
        raise StillPending(f"transaction {number} of {payer}", "sent before, and not mined yet")


def _number(chain: Contracts, account: str, block: Literal["latest", "pending"]) -> int:
    """The number of an account's next transaction."""
    with translated_errors():
        return int(chain.w3.eth.get_transaction_count(to_checksum_address(account), block))
