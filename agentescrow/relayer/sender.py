"""Sending: nonces without gaps, fees that rise until a transaction is mined, one outcome each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from eth_account.signers.local import LocalAccount

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Head, Pool, Receipt, sign_execute
from agentescrow.relayer.limits import RelayLimits
from agentescrow.store.database import Engine
from agentescrow.store.relays import (
    FAILED,
    MINED,
    PENDING,
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
    unsettled,
    writing_relays,
)

_BATCH: Final = 50
_BATCHES: Final = 10  # signed and sent between two looks at what was mined
_UNDER_WAY: Final = 1_000
_BUMP_PERCENT: Final = 13  # nodes take a replacement from 10 % on, some from 12.5 %
_FAILED: Final = (
    "The transaction was mined, but the call failed: the run or the request has changed meanwhile."
)


@dataclass(frozen=True, slots=True)
class Patience:
    """When the sender does something again.

    Args:
        resend: Seconds after which a transaction that is not mined is sent once more.
        replace: Seconds after which it is replaced by one with higher fees.
        depth: Blocks after which an outcome is for good.
    """

    resend: int = 3
    replace: int = 15
    depth: int = 12


class Sender:
    """Works the queue off with one funded key. It signs calls of the forwarder and nothing else."""

    def __init__(
        self,
        database: Engine,
        pool: Pool,
        deployment: Deployment,
        key: LocalAccount,
        *,
        limits: RelayLimits | None = None,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Bind it.

        Args:
            database: Where the queue is.
            pool: The node.
            deployment: Whose forwarder is called.
            key: Pays for the gas.
            limits: Of the fees.
            patience: When something is done again.
            clock: Unix seconds.
        """
        self._database = database
        self._pool = pool
        self._deployment = deployment
        self._key = key
        self._limits = limits or RelayLimits()
        self._patience = patience or Patience()
        self._clock = clock
        self._sent_at: dict[str, float] = {}
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
        """
        head = self._pool.head(self.address)
        settled = self._settle(head)
        return settled + self._sign_and_send(head)

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

    def _settle(self, head: Head) -> int:
        """Ask for the receipts that there should be and write down what they say."""
        with self._database.connect() as connection:
            relays = unsettled(
                connection,
                self.address,
                next_nonce=head.nonce,
                deep_block=head.number - self._patience.depth,
                limit=_UNDER_WAY,
            )
            sent = transactions_of(connection, [relay.request_id for relay in relays])
        receipts = self._receipts(_hashes(sent))
        outcomes, lost = [], []
        for relay in relays:
            found = [receipts[tx] for tx in _hashes({"": sent[relay.request_id]}) if tx in receipts]
            # The forwarder lets a request work once: of several, the one that worked is its own.
            receipt = max(found, key=lambda each: each.succeeded, default=None)
            if receipt is not None:
                outcomes += self._outcome(relay, receipt, head)
            elif relay.nonce is not None and relay.nonce < head.nonce:
                # Another transaction of this account took the nonce. The forwarder's own nonce
                # lets the request work once, even if that was one of ours that we cannot see.
                lost.append(relay.request_id)
            elif relay.status != PENDING:  # its block was taken back
                outcomes.append(Outcome(relay.request_id, PENDING, tx_hash=relay.tx_hash))
        if outcomes or lost:
            with writing_relays(self._database) as connection:
                settle(connection, outcomes)
                take_back_nonces(connection, lost)
        return len(outcomes) + len(lost)

    def _receipts(self, hashes: set[str]) -> dict[str, Receipt]:
        asked, receipts = sorted(hashes), dict[str, Receipt]()
        for start in range(0, len(asked), _BATCH):
            receipts |= self._pool.receipts(asked[start : start + _BATCH])
        return receipts

    def _outcome(self, relay: Relay, receipt: Receipt, head: Head) -> list[Outcome]:
        """What a receipt says, unless that is known."""
        status = MINED if receipt.succeeded else FAILED
        deep = receipt.block_number + self._patience.depth <= head.number
        known = (relay.status, relay.tx_hash, relay.block_number)
        if known == (status, receipt.tx_hash, receipt.block_number) and not deep:
            return []
        problem = None if receipt.succeeded else _FAILED
        return [
            Outcome(relay.request_id, status, deep, receipt.tx_hash, receipt.block_number, problem)
        ]

    def _sign_queued(self, head: Head) -> int:
        """Give the queued requests the lowest free nonces; keep what is signed before sending."""
        with self._database.connect() as connection:
            if not queued(connection, 1):
                return 0
        max_fee, tip = self._fees(head, None)
        with writing_relays(self._database) as connection:
            relays = queued(connection, _BATCH)
            taken = nonces_from(connection, self.address, head.nonce)
            free = (nonce for nonce in count(head.nonce) if nonce not in taken)
            numbered = [replace(relay, nonce=next(free)) for relay in relays]
            signed = [self._signed(relay, max_fee, tip) for relay in numbered]
            given = [(each.request_id, each.nonce) for each in signed]
            give_nonces(connection, self.address, given)
            keep_transactions(connection, signed)
        return len(relays)

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
            self._pool.send([each.raw for each in batch])  # a refusal shows in no receipt coming
            self._sent_at |= {each.tx_hash: now for each in batch}
        alive = {each.tx_hash for each in latest}
        self._sent_at = {key: at for key, at in self._sent_at.items() if key in alive}
        return len(due)

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
        if last is not None:
            tip = max(tip, _bumped(last.tip))
            max_fee = max(max_fee, _bumped(last.max_fee))
            if max_fee > self._limits.max_fee:
                return last.max_fee, last.tip
        max_fee = min(max_fee, self._limits.max_fee)
        return max_fee, min(tip, max_fee)

    def _signed(self, relay: Relay, max_fee: int, tip: int) -> RelayTransaction:
        if relay.nonce is None:
            raise ValueError("a request without a nonce cannot be signed")
        signed = sign_execute(
            self._key,
            chain_id=self._deployment.chain_id,
            forwarder=self._deployment.forwarder,
            execute=relay.execute,
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
