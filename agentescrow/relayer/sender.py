"""Sending: nonces without gaps, fees that rise until a transaction is mined, one outcome each."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from typing import Final

from eth_account.signers.local import LocalAccount

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Head, Pool, sign_call
from agentescrow.errors import AgentEscrowError, InsufficientFunds, TooExpensive
from agentescrow.relayer.budget import GWEI
from agentescrow.relayer.key_conflicts import Exclusive
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.retry_delays import Patience
from agentescrow.relayer.settlement import Settlement
from agentescrow.store.database import Engine
from agentescrow.store.people.relayer_state import RelayerState, report_relayer
from agentescrow.store.people.relays import (
    FAILED,
    Outcome,
    Relay,
    RelayTransaction,
    give_nonces,
    keep_transactions,
    nonces_from,
    queued,
    settle,
    take_back_nonces,
    transactions_of,
    unmined,
    writing_relays,
)

_BATCH: Final = 50
_BATCHES: Final = 10  # signed and sent between two looks at what was mined
_UNDER_WAY: Final = 1_000
_REPORT_SECONDS: Final = 5
_BUMP_PERCENT: Final = 13  # nodes take a replacement from 10 % on, some from 12.5 %
_DEAREST: Final = 4  # times what the node thinks is good: beyond, fees are not what it lacks
_EXPIRED: Final = "The request expired before it could be sent."
_HARMLESS: Final = ("already known", "already imported", "nonce too low")

_log = logging.getLogger(__name__)


class Sender:
    """Works the queue off with one funded key.

    It signs calls of the forwarder, and of the two contracts with payments that others have signed;
    nothing else, and none with ETH.
    """

    def __init__(
        self,
        database: Engine,
        pool: Pool,
        deployment: Deployment,
        key: LocalAccount,
        *,
        limits: RelayLimits | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Bind it.

        Args:
            database: Where the queue is.
            pool: The node.
            deployment: Whose forwarder is called.
            key: Pays for the gas.
            limits: Of the fees.
            patience: When something is done again.
            clock: Unix seconds; this machine's where None.
        """
        self._database = database
        self._pool = pool
        self._deployment = deployment
        self._key = key
        self._limits = limits or RelayLimits()
        self._patience = patience or Patience()
        self._clock = clock or time.time
        self._exclusive = Exclusive(database, pool, deployment.forwarder, self.address)
        self._settlement = Settlement(
            database,
            pool,
            deployment,
            self.address,
            patience=self._patience,
            clock=self._clock,
            exclusive=self._exclusive,
        )
        self._sent_at: dict[str, float] = {}
        self._refusals: dict[str, str] = {}
        self._gap: tuple[int, float] | None = None
        self._too_expensive = False
        self._told: RelayerState | None = None
        self._courier = ThreadPoolExecutor(1, thread_name_prefix="relayer-courier")

    @property
    def address(self) -> str:
        """Whose ETH is spent."""
        return str(self._key.address)

    def step(self) -> int:
        """Find out what was mined, then send what is due. Harmless at any time, in any process.

        Returns:
            How much it did: 0 means that there is nothing to do but wait.

        Raises:
            ChainProblem: The node does not answer; nothing is lost.
            KeyShared: Another database's relayer has the key too.
        """
        head = self._pool.head(self.address)
        self._exclusive.watch(head)
        self._report(head)
        self._note_fees(head)
        settled = self._settlement.settle(head)
        self._close_gap(head)
        return settled + self._sign_and_send(head)

    def has_work(self) -> bool:
        """Whether a request is queued or under way; no node is asked.

        Raises:
            DatabaseBusy: The database does not tell.
        """
        with self._database.connect() as connection:
            return bool(queued(connection, 1) or unmined(connection, self.address, 1))

    @property
    def _max_fee(self) -> int:
        return self._limits.max_fee_on(self._deployment.chain_id)

    def stop(self, problem: str) -> None:
        """Say that nothing is sent any more, for those who would hand requests in.

        Args:
            problem: Why.
        """
        balance = 0 if self._told is None else self._told.balance
        state = RelayerState(self.address, balance, int(self._clock()), problem)
        with writing_relays(self._database) as connection:
            report_relayer(connection, state)

    def _report(self, head: Head) -> None:
        """Say what the account holds, before what was mined is said: else it would seem more."""
        state = RelayerState(self.address, head.balance // GWEI, int(self._clock()))
        told = self._told
        silent = told is None or state.seen_at - told.seen_at >= _REPORT_SECONDS
        if told is None or silent or state.balance != told.balance:
            with writing_relays(self._database) as connection:
                report_relayer(connection, state)
            self._told = state

    def _note_fees(self, head: Head) -> None:
        """Log that the node asks for more than is allowed, once: what is allowed is offered."""
        asked = head.base_fee + head.tip
        if asked > self._max_fee and not self._too_expensive:
            _log.warning("relayer: %s", TooExpensive("wei a gas", asked, self._max_fee))
        self._too_expensive = asked > self._max_fee

    def _sign_and_send(self, head: Head) -> int:
        """While the node takes a batch, the next one is signed."""
        done = signed = self._sign_queued(head)
        for _ in range(_BATCHES):
            sending = self._courier.submit(self._send_due, head)
            signed = self._sign_queued(head) if signed == _BATCH else 0
            done += sending.result() + signed
            if not signed:
                break
        return done

    def _close_gap(self, head: Head) -> None:
        """Queue the last requests again where nobody holds the nonces before them.

        That is so where others had sent with this key, and the chain took their blocks back. The
        requests get the free nonces; should the transactions that they had be mined too, then the
        forwarder refuses those.
        """
        with self._database.connect() as connection:
            taken = nonces_from(connection, self.address, head.nonce)
        if not taken or head.nonce in taken:
            self._gap = None
            return
        now = self._clock()
        if self._gap is None or self._gap[0] != head.nonce:
            self._gap = (head.nonce, now)  # who sends with this key just now comes first
        if now - self._gap[1] < self._patience.resend:
            return
        free = sum(nonce not in taken for nonce in range(head.nonce, max(taken)))
        with writing_relays(self._database) as connection:
            last = unmined(connection, self.address, _UNDER_WAY)[-free:]
            take_back_nonces(connection, [relay.request_id for relay in last])
        _log.warning("relayer: gap nonce=%d free=%d moved=%d", head.nonce, free, len(last))
        self._gap = None

    def _sign_queued(self, head: Head) -> int:
        """Give the queued requests the lowest free nonces; keep what is signed before sending."""
        with self._database.connect() as connection:
            if not queued(connection, 1):
                return 0
        max_fee, tip = self._fees(head, None)
        with writing_relays(self._database) as connection:
            waiting = queued(connection, _BATCH)
            relays = [relay for relay in waiting if relay.deadline >= head.time]
            late = [relay.request_id for relay in waiting if relay.deadline < head.time]
            settle(
                connection,
                [Outcome(each, FAILED, deep=True, problem=_EXPIRED, cost=0) for each in late],
            )
            taken = nonces_from(connection, self.address, head.nonce)
            free = (nonce for nonce in count(head.nonce) if nonce not in taken)
            numbered = [replace(relay, nonce=next(free)) for relay in relays]
            signed = [self._signed(relay, max_fee, tip) for relay in numbered]
            given = [(each.request_id, each.nonce) for each in signed]
            give_nonces(connection, self.address, given)
            keep_transactions(connection, signed)
        return len(waiting)

    def _send_due(self, head: Head) -> int:
        """Send what was never sent, or is not mined for long; replace what is stuck."""
        now = self._clock()
        with self._database.connect() as connection:
            relays = unmined(connection, self.address, _UNDER_WAY)
            sent = transactions_of(connection, [relay.request_id for relay in relays])
        latest = [self._latest(relay, sent[relay.request_id], head, now) for relay in relays]
        replaced = [each for each in latest if each.tx_hash not in _hashes(sent)]
        if replaced:
            with writing_relays(self._database) as connection:
                keep_transactions(connection, replaced)
        due = [
            each
            for each in latest
            if now - self._sent_at.get(each.tx_hash, 0.0) >= self._patience.resend
        ]
        for start in range(0, len(due), _BATCH):
            batch = due[start : start + _BATCH]
            refusals = self._pool.send([each.raw for each in batch])
            self._sent_at |= {each.tx_hash: now for each in batch}
            for each, refusal in zip(batch, refusals, strict=True):
                self._note(each, refusal)
        alive = {each.tx_hash for each in latest}
        self._sent_at = {key: at for key, at in self._sent_at.items() if key in alive}
        self._refusals = {key: why for key, why in self._refusals.items() if key in alive}
        return len(due)

    def _note(self, sent: RelayTransaction, refusal: AgentEscrowError | None) -> None:
        """Log why the node does not take a transaction, once; it is sent again all the same."""
        if isinstance(refusal, InsufficientFunds):
            refusal = InsufficientFunds(refusal.asset, self.address, refusal.words)
        reason = "" if refusal is None else str(refusal)
        if self._refusals.get(sent.tx_hash, "") == reason:
            return
        self._refusals[sent.tx_hash] = reason
        harmless = not reason or any(words in reason.lower() for words in _HARMLESS)
        _log.log(
            logging.DEBUG if harmless else logging.WARNING,
            "relayer: refused by the node nonce=%d request=%s transaction=%s reason=%s",
            sent.nonce,
            sent.request_id,
            sent.tx_hash,
            reason,
        )

    def _latest(
        self, relay: Relay, sent: Sequence[RelayTransaction], head: Head, now: float
    ) -> RelayTransaction:
        """The transaction to send for a request: the last one, or one with higher fees."""
        last = next(each for each in sent if each.nonce == relay.nonce)
        if now - last.signed_at < self._patience.replace:
            return last
        max_fee, tip = self._fees(head, last)
        if max_fee == last.max_fee:
            return last
        return self._signed(relay, max_fee, tip)

    def _fees(self, head: Head, last: RelayTransaction | None) -> tuple[int, int]:
        """Fees that stay good for several full blocks; to replace, enough more than before."""
        tip = head.tip
        max_fee = 2 * head.base_fee + tip
        most = min(_DEAREST * max_fee, self._max_fee)
        if last is not None:
            if _bumped(last.max_fee) > most:
                return last.max_fee, last.tip
            tip = max(tip, _bumped(last.tip))
            max_fee = max(max_fee, _bumped(last.max_fee))
        max_fee = min(max_fee, most)
        return max_fee, min(tip, max_fee)

    def _signed(self, relay: Relay, max_fee: int, tip: int) -> RelayTransaction:
        if relay.nonce is None:
            raise ValueError("a request without a nonce cannot be signed")
        signed = sign_call(
            self._key,
            chain_id=self._deployment.chain_id,
            to=self._deployment.forwarder if relay.forwarded else relay.target,
            data=relay.execute,
            gas=relay.gas,
            nonce=relay.nonce,
            max_fee=max_fee,
            tip=tip,
        )
        return RelayTransaction(
            signed.tx_hash,
            relay.request_id,
            relay.nonce,
            signed.raw,
            max_fee,
            tip,
            int(self._clock()),
        )


def _bumped(fee: int) -> int:
    return fee * (100 + _BUMP_PERCENT) // 100 + 1


def _hashes(sent: dict[str, list[RelayTransaction]]) -> set[str]:
    return {each.tx_hash for transactions in sent.values() for each in transactions}
