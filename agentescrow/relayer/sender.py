"""Sending: nonces without gaps, fees that rise until a transaction is mined, one outcome each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from eth_account.signers.local import LocalAccount

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Head, Pool, Receipt, sign_execute
from agentescrow.relayer.limits import RelayLimits
from agentescrow.store.database import Engine, write_transaction
from agentescrow.store.relays import (
    FAILED,
    MINED,
    PENDING,
    Relay,
    RelayTransaction,
    give_nonces,
    keep_transactions,
    next_nonce,
    queued,
    settle,
    take_back_nonce,
    transactions_of,
    under_way,
)

_BATCH: Final = 100
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

    @property
    def address(self) -> str:
        """Whose ETH is spent."""
        return str(self._key.address)

    def step(self) -> int:
        """Find out what was mined, then send what is due. Harmless at any time, in any process.

        Returns:
            How many requests are under way or were settled: 0 means that there is nothing to do.

        Raises:
            ChainProblem: The node does not answer; nothing is lost.
        """
        head = self._pool.head(self.address)
        settled = self._settle(head)
        new = self._sign_queued(head)
        waiting = self._send_due(head)
        return settled + max(new, waiting)

    def _settle(self, head: Head) -> int:
        """Ask for the receipts of everything under way and write down what they say."""
        with self._database.connect() as connection:
            relays = under_way(connection, self.address, 10 * _BATCH)
            sent = transactions_of(connection, [relay.request_id for relay in relays])
        hashes = [each.tx_hash for relay in relays for each in sent[relay.request_id]]
        receipts: dict[str, Receipt] = {}
        for start in range(0, len(hashes), _BATCH):
            receipts |= self._pool.receipts(hashes[start : start + _BATCH])
        changed = 0
        with write_transaction(self._database) as connection:
            for relay in relays:
                found = [receipts.get(each.tx_hash) for each in sent[relay.request_id]]
                receipt = next((each for each in found if each), None)
                if receipt is not None:
                    changed += relay.status == PENDING
                    deep = receipt.block_number + self._patience.depth <= head.number
                    if relay.tx_hash != receipt.tx_hash or relay.status == PENDING or deep:
                        outcome = replace(
                            relay, tx_hash=receipt.tx_hash, block_number=receipt.block_number
                        )
                        problem = None if receipt.succeeded else _FAILED
                        status = MINED if receipt.succeeded else FAILED
                        settle(connection, outcome, status=status, deep=deep, problem=problem)
                elif relay.nonce is not None and relay.nonce < head.nonce:
                    # Another transaction of this account took the nonce. The forwarder's own nonce
                    # lets the request work once, even if that was one of ours that we cannot see.
                    take_back_nonce(connection, relay)
                elif relay.status != PENDING:  # its block was taken back
                    settle(
                        connection, replace(relay, block_number=None), status=PENDING, deep=False
                    )
        return changed

    def _sign_queued(self, head: Head) -> int:
        """Give the queued requests the next nonces, and keep their transactions before sending."""
        with write_transaction(self._database) as connection:
            relays = queued(connection, _BATCH)
            first = max(next_nonce(connection, self.address), head.nonce)
            numbered = [replace(relay, nonce=first + n) for n, relay in enumerate(relays)]
            max_fee, tip = self._fees(head, None)
            signed = [self._signed(relay, max_fee, tip) for relay in numbered]
            given = [(relay.request_id, first + n) for n, relay in enumerate(relays)]
            give_nonces(connection, self.address, given)
            keep_transactions(connection, signed)
        return len(relays)

    def _send_due(self, head: Head) -> int:
        """Send what was never sent, or is not mined for long; replace what is stuck."""
        now = self._clock()
        with self._database.connect() as connection:
            relays = [
                relay
                for relay in under_way(connection, self.address, 10 * _BATCH)
                if relay.status == PENDING
            ]
            sent = transactions_of(connection, [relay.request_id for relay in relays])
        latest = [self._latest(relay, sent[relay.request_id], head, now) for relay in relays]
        replaced = [each for each in latest if each.tx_hash not in _hashes(sent)]
        if replaced:
            with write_transaction(self._database) as connection:
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
        return len(relays)

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
