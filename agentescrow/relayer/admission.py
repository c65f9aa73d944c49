"""Which requests the relayer takes: signed, wanted by the contract, within the limits, once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.forwarder import ForwardRequest
from agentescrow.chain.pool import Pool
from agentescrow.errors import AgentEscrowError, RequestRefused, TooManyRequests
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.request import CheckedRequest, check
from agentescrow.store.database import Connection, Engine
from agentescrow.store.relays import (
    FAILED,
    Relay,
    accept,
    accepted_since,
    find_relay,
    pending_of,
    writing_relays,
)

_NONCES: Final = function_signature_to_4byte_selector("nonces(address)")


class Admission:
    """The door of the relayer. It signs nothing and sends nothing."""

    def __init__(
        self,
        database: Engine,
        pool: Pool,
        deployment: Deployment,
        limits: RelayLimits | None = None,
    ) -> None:
        """Bind it.

        Args:
            database: Where the queue is.
            pool: The node that simulates.
            deployment: The contracts that may be called.
            limits: What is accepted.
        """
        self._database = database
        self._pool = pool
        self._deployment = deployment
        self._limits = limits or RelayLimits()

    def submit(self, request: ForwardRequest) -> Relay:
        """Take a request; one that was taken before is found again, whatever became of it.

        Args:
            request: Signed.

        Raises:
            RequestRefused: It is not signed by its signer, expired, not for us, or out of order.
            TooManyRequests: The signer has too many.
            ContractReverted: Its call would revert; in words why.
            ChainProblem: The node does not answer.
        """
        (answer,) = self.submit_all([request])
        if isinstance(answer, AgentEscrowError):
            raise answer
        return answer

    def submit_all(self, requests: Sequence[ForwardRequest]) -> list[Relay | AgentEscrowError]:
        """Take many requests, each as `submit` does.

        Args:
            requests: Signed.

        Returns:
            For each what `submit` would return or raise.

        Raises:
            ChainProblem: The node does not answer.
        """
        answers: list[Relay | AgentEscrowError | None] = [None] * len(requests)
        new: dict[int, CheckedRequest] = {}
        with self._database.connect() as connection:
            for place, request in enumerate(requests):
                try:
                    checked = check(self._deployment, request)
                    answers[place] = find_relay(connection, checked.request_id)
                    if answers[place] is None:
                        new[place] = checked
                except AgentEscrowError as error:
                    answers[place] = error
        for place, refusal in self._refused_by_chain(new).items():
            answers[place] = refusal
            del new[place]
        self._accept(new, answers)
        return [answer for answer in answers if answer is not None]

    def known(self, request: ForwardRequest) -> Relay | None:
        """A request that was taken before, or None.

        Raises:
            RequestRefused: As `submit`.
        """
        return self.find(check(self._deployment, request).request_id)

    def find(self, request_id: str) -> Relay | None:
        """What has become of a request, or None where it was never taken."""
        with self._database.connect() as connection:
            return find_relay(connection, request_id)

    def _refused_by_chain(self, new: dict[int, CheckedRequest]) -> dict[int, AgentEscrowError]:
        """Simulate; the contract itself is asked, because the forwarder swallows its reason."""
        if not new:
            return {}
        now = self._pool.head(self._deployment.forwarder).time
        refused: dict[int, AgentEscrowError] = {}
        for place, checked in new.items():
            excess = self._out_of_limits(checked.request, now)
            if excess is not None:
                refused[place] = excess
        asked = {place: each for place, each in new.items() if place not in refused}
        estimates = self._pool.estimates(
            [
                (
                    to_checksum_address(each.request.signer),
                    to_checksum_address(each.request.to),
                    f"0x{each.request.data.hex()}",
                )
                for each in asked.values()
            ]
        )
        for (place, checked), estimate in zip(asked.items(), estimates, strict=True):
            if isinstance(estimate, AgentEscrowError):
                refused[place] = estimate
            elif estimate > checked.request.gas + 21_000:  # the estimate is of a transaction
                refused[place] = RequestRefused(
                    f"the request's gas of {checked.request.gas} is too little: "
                    f"{estimate} are needed"
                )
        return refused

    def _out_of_limits(self, request: ForwardRequest, now: int) -> RequestRefused | None:
        limits = self._limits
        if request.deadline < now + limits.spare_seconds:
            return RequestRefused(
                f"the request is valid until unix second {request.deadline}: it is {now}, and "
                f"{limits.spare_seconds} s are needed to send it"
            )
        if request.deadline > now + limits.valid_seconds:
            return RequestRefused(
                f"the request is valid for too long: {limits.valid_seconds} s are allowed"
            )
        if request.gas > limits.gas:
            return RequestRefused(f"the request's gas is too much: {limits.gas} are allowed")
        return None

    def _accept(
        self, new: dict[int, CheckedRequest], answers: list[Relay | AgentEscrowError | None]
    ) -> None:
        if not new:
            return
        mined = self._mined_nonces([each.request.signer for each in new.values()])
        with writing_relays(self._database) as connection:
            accepted: dict[str, Relay] = {}
            for place, checked in new.items():
                known = accepted.get(checked.request_id)
                known = known or find_relay(connection, checked.request_id)
                try:
                    answers[place] = known or self._in_turn(connection, checked, mined, accepted)
                except AgentEscrowError as error:
                    answers[place] = error
            accept(connection, accepted.values())

    def _in_turn(
        self,
        connection: Connection,
        checked: CheckedRequest,
        mined: dict[str, int],
        accepted: dict[str, Relay],
    ) -> Relay:
        """Take a request if it is the signer's next one."""
        request, limits, now = checked.request, self._limits, int(time.time())
        signer = to_checksum_address(request.signer)
        own = [relay.signer_nonce for relay in accepted.values() if relay.signer == signer]
        waiting = {
            relay.signer_nonce
            for relay in pending_of(connection, signer)
            if relay.signer_nonce >= mined[signer]
        }
        if len(own) + len(waiting) >= limits.pending_per_signer:
            raise TooManyRequests(
                f"{signer} has {limits.pending_per_signer} requests under way", retry_after=2
            )
        recent = accepted_since(connection, signer, now - limits.per_seconds) + len(own)
        if recent >= limits.per_signer:
            raise TooManyRequests(
                f"{signer} has sent {limits.per_signer} requests in {limits.per_seconds} s",
                retry_after=limits.per_seconds,
            )
        expected = mined[signer]
        while expected in waiting or expected in own:
            expected += 1
        if request.nonce != expected:
            raise RequestRefused(
                f"the request's nonce is {request.nonce}, the next of {signer} is {expected}: "
                "it was used already, or another request comes first"
            )
        relay = Relay(
            request_id=checked.request_id,
            signer=signer,
            signer_nonce=request.nonce,
            target=to_checksum_address(request.to),
            execute=checked.execute,
            gas=checked.gas,
            accepted_at=now,
        )
        accepted[checked.request_id] = relay
        return relay

    def _mined_nonces(self, signers: Sequence[str]) -> dict[str, int]:
        """The next nonces at the forwarder, by signer in checksum case."""
        unique = sorted({to_checksum_address(signer) for signer in signers})
        calls = [
            (self._deployment.forwarder, f"0x{_NONCES.hex()}{signer[2:].lower():0>64}")
            for signer in unique
        ]
        words = self._pool.views(calls)
        return {
            signer: int.from_bytes(word, "big") for signer, word in zip(unique, words, strict=True)
        }

    def next_nonce(self, signer: str) -> int:
        """The nonce that the signer's next request has to have."""
        address = to_checksum_address(signer)
        expected = self._mined_nonces([address])[address]
        with self._database.connect() as connection:
            waiting = {
                r.signer_nonce for r in pending_of(connection, address) if r.status != FAILED
            }
        while expected in waiting:
            expected += 1
        return expected
