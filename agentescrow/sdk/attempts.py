"""Payments whose outcome a client does not know: asked for again, the same authorization pays.

Whoever gets an error retries. With a fresh authorization the retry would pay a second time where
the first one went through all the same, be it that an answer was lost or that the API lies.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from hexbytes import HexBytes

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import Event
from agentescrow.chain.reverts import in_words
from agentescrow.chain.transactions import Mined
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import ContractReverted, StillPending, TransactionFailed
from agentescrow.sdk.carrying import carried, is_settled, mined_in, paid_by
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Message
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.write_key import WriteKey

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
        nonce: Of the authorization that pays; None where an allowance does.
        is_by_allowance: Whether something may be signed that an allowance pays, under no nonce.
        expires: Unix second after which nothing that was signed works any more.
        signed: Requests for the forwarder.
        transaction: The client's own, once its hash is known.
        is_being_sent: Whether it is under way; from before its thread starts on.
    """

    key: WriteKey
    first: int | None
    deadline: int | None = None
    did: Callable[[Event], bool] = field(default=lambda _event: False)
    nonce: bytes | None = None
    is_by_allowance: bool = False
    expires: int = 0
    signed: list[Message] = field(default_factory=list)
    transaction: str | None = None
    is_being_sent: bool = False

    def paid(self, nonce: bytes | None, expires: int) -> None:
        """Note what pays.

        Args:
            nonce: Of the authorization; None where an allowance pays.
            expires: Unix second before which the authorization is valid.
        """
        if nonce is None:
            self.is_by_allowance = True
            return
        self.nonce = nonce
        self.expires = max(self.expires, expires)

    def send(
        self,
        session: Session,
        act: Callable[[Contracts, Wallet], Mined[E]],
        look: Callable[[Mined[E]], Steps[T]],
    ) -> Steps[T]:
        """Send the client's own transaction, and note it; see `Session.send`.

        It is noted before its thread is started, which may wait for its turn when the task that
        has started it is cancelled, and sends all the same.

        Args:
            session: Who pays.
            act: Sends, and waits.
            look: Reads the API, given what was mined.
        """
        self.is_being_sent = True
        return (
            yield from session.send(
                lambda contracts, wallet: self._sending(lambda: act(contracts, wallet)), look
            )
        )

    def _sending(self, send: Callable[[], Mined[E]]) -> Mined[E]:
        try:
            mined = send()
        except TransactionFailed as failed:
            self.transaction = failed.transaction
            self.is_being_sent = False
            raise
        except ContractReverted:  # the session may send it once more
            raise
        except BaseException:
            self.is_being_sent = False
            raise
        self.transaction = mined.transaction
        self.is_being_sent = False
        return mined


def paid_once(
    session: Session,
    asked: Hashable,
    key: WriteKey,
    act: Callable[[Attempt], Steps[T]],
    look: Callable[[Mined[Event]], Steps[T]],
) -> Steps[T]:
    """Pay; where the same was tried before and its outcome is not known, the same once more.

    Args:
        session: Who pays.
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
    except BaseException as problem:  # a cancelled task's too
        if isinstance(problem, Exception):  # a task that goes on has heard from its thread
            attempt.is_being_sent = False
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
    return has_signed or attempt.transaction is not None or attempt.is_being_sent


def _head(session: Session) -> Steps[int | None]:
    if session.options.rpc_url is None:
        return None
    return (yield from session.look_up(lambda chain: int(chain.w3.eth.block_number)))


def _outcome(session: Session, attempt: Attempt) -> Steps[tuple[Mined[Event] | None, bool]]:
    """What has become of an attempt by the node's word, and whether it can pay no more.

    Without a node nobody knows: what has expired may have paid before.

    Raises:
        StillPending: It cannot be made again, because nothing would keep both from being paid.
    """
    first = attempt.first
    if first is None:
        return None, False
    payer = session.wallet().address

    def find(chain: Contracts) -> tuple[Mined[Event] | None, bool]:
        with in_words():
            head = chain.w3.eth.get_block("latest")
        chain.own.expect(head["number"])  # asked of an older block, it may have paid since
        now = min(int(head["timestamp"]), int(time.time()))  # a node may be in the future
        return _done_by(chain, payer, attempt, first), now > attempt.expires

    mined, is_over = yield from session.on_chain(find)  # after what is being sent
    if mined is not None or attempt.nonce is not None:
        return mined, is_over
    if attempt.transaction is not None:
        sent = HexBytes(attempt.transaction)
        if (yield from session.look_up(lambda chain: is_settled(chain, sent, attempt.did))):
            return None, True  # it has failed, or was the approval before the payment
        raise StillPending(f"transaction {attempt.transaction}", "sent before, and not mined yet")
    if attempt.is_being_sent:
        raise StillPending("a transaction", "under way since a call that was cancelled")
    return None, is_over


def _done_by(chain: Contracts, payer: str, attempt: Attempt, first: int) -> Mined[Event] | None:
    if attempt.nonce is not None:
        if not chain.usdc.is_used(payer, attempt.nonce):
            earlier = attempt.signed if attempt.is_by_allowance else []
            return carried(chain, attempt.did, earlier, first)
        mined = paid_by(chain, payer, attempt.nonce, first, attempt.did)
        if mined is None:
            words = "it is used, and the node does not show yet what it has paid for"
            raise StillPending(f"authorization 0x{attempt.nonce.hex()}", words)
        return mined
    if attempt.transaction is not None:
        return mined_in(chain, HexBytes(attempt.transaction), attempt.did)
    return carried(chain, attempt.did, attempt.signed, first)
