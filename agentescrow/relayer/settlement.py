"""What has become of sent requests: as the receipts say it, and who else carried one out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.pool import Execution, Head, Pool, Receipt
from agentescrow.errors import NodeRefused
from agentescrow.relayer.key_conflicts import Exclusive
from agentescrow.relayer.limits import gwei_of
from agentescrow.relayer.request import carries
from agentescrow.relayer.retry_delays import Patience
from agentescrow.store.database import Engine
from agentescrow.store.people.relays import (
    FAILED,
    MINED,
    PENDING,
    Outcome,
    Relay,
    settle,
    take_back_nonces,
    transactions_of,
    unsettled,
    writing_relays,
)

_log = logging.getLogger(__name__)
_BATCH: Final = 50
_AT_A_TIME: Final = 1_000
_FAILED: Final = (
    "The transaction was mined, but the call failed: the run or the request has changed meanwhile."
)
_FAILED_ELSEWHERE: Final = "Another transaction carried the request, and the call failed."
_UNKNOWN: Final = (
    "The transaction was mined, but the call failed. Whether another transaction carried the "
    "request before, the node cannot say."
)


class Settlement:
    """Finds out what was mined, and writes it down."""

    def __init__(
        self,
        database: Engine,
        pool: Pool,
        deployment: Deployment,
        sender: str,
        *,
        patience: Patience,
        clock: Callable[[], float],
        exclusive: Exclusive,
    ) -> None:
        """Bind it.

        Args:
            database: Where the queue is.
            pool: The node.
            deployment: The contracts.
            sender: The relayer's account.
            patience: When an outcome is for good, and a nonce another's.
            clock: Unix seconds.
            exclusive: Asked who took a nonce of ours.
        """
        self._database = database
        self._pool = pool
        self._deployment = deployment
        self._sender = sender
        self._patience = patience
        self._clock = clock
        self._exclusive = exclusive
        self._missing: dict[str, float] = {}

    def settle(self, head: Head) -> int:
        """Ask for the receipts that there should be and write down what they say.

        Args:
            head: The chain's.

        Returns:
            Of how many requests something new is known.

        Raises:
            ChainProblem: The node does not answer.
        """
        with self._database.connect() as connection:
            relays = unsettled(
                connection,
                self._sender,
                next_nonce=head.nonce,
                deep_block=head.number - self._patience.depth,
                last_block=head.number + self._patience.reach,
                limit=_AT_A_TIME,
            )
            sent = transactions_of(connection, [relay.request_id for relay in relays])
        receipts = self._receipts({each.tx_hash for many in sent.values() for each in many})
        outcomes: list[Outcome] = []
        missing: list[Relay] = []
        for relay in relays:
            own = [each.tx_hash for each in sent[relay.request_id]]
            found = [receipts[tx_hash] for tx_hash in own if tx_hash in receipts]
            # The forwarder lets a request work once: of several, the one that worked is its own.
            receipt = max(found, key=lambda each: each.succeeded, default=None)
            if receipt is not None:
                paid = gwei_of(sum(each.paid for each in found))
                outcomes += self._news(relay, receipt, paid, head)
            elif relay.sender != self._sender or self._is_used(relay, head):
                missing.append(relay)
            elif relay.status != PENDING:
                _log.warning("relayer: block taken back nonce=%s request=%s", *_names(relay))
                outcomes.append(Outcome(relay.request_id, PENDING, tx_hash=relay.tx_hash))
        lost = self._lost(missing, head)
        if outcomes or lost:
            with writing_relays(self._database) as connection:
                settle(connection, outcomes)
                take_back_nonces(connection, lost)
        return len(outcomes) + len(lost)

    @staticmethod
    def _is_used(relay: Relay, head: Head) -> bool:
        return relay.nonce is not None and relay.nonce < head.nonce

    def _lost(self, missing: Sequence[Relay], head: Head) -> list[str]:
        """The requests whose nonces other transactions took, or whose account is another now.

        A node may count a transaction before it has its receipt, so that is not believed at once.
        The forwarder lets the request work once, even if it was one of ours that we cannot see.
        """
        now = self._clock()
        since = {each.request_id: self._missing.get(each.request_id, now) for each in missing}
        lost = [each for each in missing if now - since[each.request_id] >= self._patience.resend]
        if lost:
            first = min(each.accepted_block for each in lost)
            self._exclusive.look(max(first - self._patience.depth, 0), head.number)
        for relay in lost:
            _log.warning(
                "relayer: nonce used elsewhere, or key exchanged account=%s nonce=%d request=%s",
                relay.sender,
                *_names(relay),
            )
            del since[relay.request_id]
        self._missing = since
        return [relay.request_id for relay in lost]

    def _receipts(self, hashes: set[str]) -> dict[str, Receipt]:
        asked, receipts = sorted(hashes), dict[str, Receipt]()
        for start in range(0, len(asked), _BATCH):
            receipts |= self._pool.receipts(asked[start : start + _BATCH])
        return receipts

    def _news(self, relay: Relay, receipt: Receipt, paid: int, head: Head) -> list[Outcome]:
        """What a receipt says, unless that is known."""
        deep = receipt.block_number + self._patience.depth <= head.number
        outcome = replace(self._outcome(relay, receipt, deep, head), cost=paid)
        said = (outcome.status, outcome.tx_hash, outcome.block_number)
        known = (relay.status, relay.tx_hash, relay.block_number)
        if said == known and (relay.settled or not deep):
            return []
        return [outcome]

    def _outcome(self, relay: Relay, receipt: Receipt, deep: bool, head: Head) -> Outcome:
        """Where our transaction failed, another may have carried the request before it."""
        status, mined, problem = MINED, (receipt.tx_hash, receipt.block_number), None
        if not receipt.succeeded:
            status, problem = FAILED, _FAILED
            try:
                other = self._elsewhere(relay, head)
            except NodeRefused as refused:  # its logs do not reach back as far
                _log.warning("relayer: no logs request=%s reason=%s", relay.request_id, refused)
                other, problem = None, _UNKNOWN
            if other is not None:
                mined = (other.tx_hash, other.block_number)
                status, problem = self._of_other(relay, other)
        return Outcome(relay.request_id, status, deep, *mined, problem)

    def _elsewhere(self, relay: Relay, head: Head) -> Execution | None:
        """The transaction by which the signer's nonce was used, or None where it is not."""
        first = max(0, relay.accepted_block - self._patience.depth)
        blocks = {"first": first, "last": head.number}
        if not relay.forwarded:
            nonce = relay.signer_nonce.to_bytes(32, "big")
            return self._pool.payment(self._deployment.usdc, relay.signer, nonce, **blocks)
        executions = self._pool.executions(self._deployment.forwarder, relay.signer, **blocks)
        return next((each for each in executions if each.nonce == relay.signer_nonce), None)

    def _of_other(self, relay: Relay, other: Execution) -> tuple[str, str | None]:
        if not relay.forwarded and relay.execute[2:] not in other.data:
            return FAILED, "The authorization was used by another transaction."
        if relay.forwarded and not carries(other.data, relay.execute):
            words = f"The signer's nonce {relay.signer_nonce} was used by another request."
            return FAILED, words
        return (MINED, None) if other.succeeded else (FAILED, _FAILED_ELSEWHERE)


def _names(relay: Relay) -> tuple[int | None, str]:
    return relay.nonce, relay.request_id
