"""Which requests the relayer takes: signed, wanted by the contract, within the limits, once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from eth_utils.abi import function_signature_to_4byte_selector
from eth_utils.address import to_checksum_address

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.forwarder import ForwardRequest
from agentescrow.chain.pool import Head, Pool
from agentescrow.errors import AgentEscrowError, RequestRefused
from agentescrow.relayer.availability import Availability
from agentescrow.relayer.batching import Batches
from agentescrow.relayer.budget import Purse
from agentescrow.relayer.called_functions import relayed_functions, run_of
from agentescrow.relayer.limits import RelayLimits
from agentescrow.relayer.payment import CheckedPayment
from agentescrow.relayer.queue_order import Turns
from agentescrow.relayer.request import CheckedRequest, check, contract_at
from agentescrow.store.database import Connection, Engine
from agentescrow.store.people.relays import (
    Relay,
    accept,
    find_relay,
    find_relays,
    pending_nonces,
    relays_of,
    writing_relays,
)

_BATCH: Final = 50
_AT_A_TIME: Final = 2  # one is checked here while the node simulates the other
_NONCES: Final = function_signature_to_4byte_selector("nonces(address)")

Checked: TypeAlias = CheckedRequest | CheckedPayment
"""What somebody has signed, and the relayer can send."""


class Admission:
    """The door of the relayer. It signs nothing and sends nothing."""

    def __init__(
        self,
        database: Engine,
        pool: Pool,
        deployment: Deployment,
        limits: RelayLimits | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Bind it.

        Args:
            database: Where the queue is.
            pool: The node that simulates.
            deployment: The contracts that may be called.
            limits: What is accepted.
            clock: Unix seconds; this machine's where None.
        """
        self._database = database
        self._pool = pool
        self._deployment = deployment
        self._limits = limits or RelayLimits()
        self._clock = clock or time.time
        self.availability = Availability(database, deployment.chain_id, self._limits, clock)
        self._batches = Batches(self._admit_all, most=_BATCH, at_a_time=_AT_A_TIME)

    def submit(self, request: ForwardRequest) -> Relay:
        """Take a request; one that was taken before is found again, whatever became of it.

        Args:
            request: Signed.

        Raises:
            RequestRefused: It is not signed by its signer, expired, or not for us.
            RequestOutOfOrder: Its nonce is not its signer's next one.
            TooManyRequests: The signer has too many.
            RelayerUnavailable: Nobody relays now, or there is no ETH or no budget for it.
            ContractReverted: Its call would revert; in words why.
            ChainProblem: The node does not answer.
        """
        return self.admit(self.check(request))

    def submit_all(self, requests: Sequence[ForwardRequest]) -> list[Relay | AgentEscrowError]:
        """Take many requests, each as `submit` does.

        Args:
            requests: Signed.

        Returns:
            For each what `submit` would return or raise.

        Raises:
            ChainProblem: The node does not answer.
        """
        answers: dict[int, Relay | AgentEscrowError] = {}
        checked: dict[int, Checked] = {}
        for place, request in enumerate(requests):
            try:
                checked[place] = self.check(request)
            except AgentEscrowError as error:
                answers[place] = error
        admitted = self._admit_all(list(checked.values()))
        answers |= dict(zip(checked, admitted, strict=True))
        return [answers[place] for place in range(len(requests))]

    def check(self, request: ForwardRequest) -> CheckedRequest:
        """Refuse what nobody signed and what is not for us, without asking anybody.

        Raises:
            RequestRefused: It is so.
        """
        length, most = len(request.data), self._limits.data_bytes
        if length > most:
            raise RequestRefused(f"the request's data has {length} bytes: {most} are allowed")
        return check(self._deployment, request)

    def require_payable(self, target: str, call: bytes, signer: str, head: Head) -> None:
        """Make sure that a call is relayed if its signer signs it: before anybody signs in vain.

        Args:
            target: The contract.
            call: Encoded.
            signer: Who would sign.
            head: The chain's.

        Raises:
            RelayerUnavailable: Nobody relays now, or there is no ETH or no budget for it.
            TooManyRequests: The signer has had its part.
            RequestRefused: It is not relayed, or not for this signer.
        """
        contract = contract_at(self._deployment, target)
        functions = relayed_functions(contract, call)
        account = to_checksum_address(signer)
        self.availability.require(contract, functions, account, head.base_fee, head.tip)

    def admit(self, checked: Checked) -> Relay:
        """Take a checked one; those of other threads are simulated and queued along with it.

        Raises:
            AgentEscrowError: As `submit`.
        """
        answer = self._batches.do(checked)
        if isinstance(answer, AgentEscrowError):
            raise answer
        return answer

    def find(self, request_id: str) -> Relay | None:
        """What has become of a request, or None where it was never taken."""
        with self._database.connect() as connection:
            return find_relay(connection, request_id)

    def requests_of(
        self, signer: str, *, limit: int, before: int | None = None
    ) -> list[tuple[int, Relay]]:
        """A signer's requests, the latest first, each with its place.

        Args:
            signer: In checksum case.
            limit: Most requests.
            before: Place of the last one of the page before.
        """
        with self._database.connect() as connection:
            return relays_of(connection, signer, limit=limit, before=before)

    def _admit_all(self, checked: Sequence[Checked]) -> list[Relay | AgentEscrowError]:
        """Simulate and queue what is new."""
        with self._database.connect() as connection:
            known = find_relays(connection, [each.request_id for each in checked])
        answers: dict[int, Relay | AgentEscrowError] = {
            place: known[each.request_id]
            for place, each in enumerate(checked)
            if each.request_id in known
        }
        new = {place: each for place, each in enumerate(checked) if place not in answers}
        if new:
            head = self._pool.head(self._deployment.forwarder)
            refused, gas = self._simulated(new, head.time)
            wanted = {place: each for place, each in new.items() if place in gas}
            answers |= refused | self._queued(wanted, gas, head)
        return [answers[place] for place in range(len(checked))]

    def _simulated(
        self, new: dict[int, Checked], now: int
    ) -> tuple[dict[int, AgentEscrowError], dict[int, int]]:
        """What is refused, and the gas of the transactions that carry the rest.

        The contract itself is asked, because the forwarder swallows its reason.
        """
        refused: dict[int, AgentEscrowError] = {}
        gas: dict[int, int] = {}
        for place, checked in new.items():
            excess = self._out_of_limits(checked, now)
            if excess is not None:
                refused[place] = excess
        asked = {place: each for place, each in new.items() if place not in refused}
        estimates = self._pool.estimates(
            [(each.caller, each.target, f"0x{each.call.hex()}") for each in asked.values()]
        )
        for (place, checked), estimate in zip(asked.items(), estimates, strict=True):
            try:
                if isinstance(estimate, AgentEscrowError):
                    raise estimate
                gas[place] = checked.gas_of(estimate)
            except AgentEscrowError as error:
                refused[place] = error
        return refused, gas

    def _out_of_limits(self, checked: Checked, now: int) -> RequestRefused | None:
        limits = self._limits
        if checked.deadline < now + limits.spare_seconds:
            return RequestRefused(
                f"the request is valid until unix second {checked.deadline}: it is {now}, and "
                f"{limits.spare_seconds} s are needed to send it"
            )
        if checked.forwarded and checked.deadline > now + limits.valid_seconds:
            return RequestRefused(
                f"the request is valid for too long: {limits.valid_seconds} s are allowed"
            )
        if checked.asked_gas > limits.gas:
            return RequestRefused(f"the request's gas is too much: {limits.gas} are allowed")
        return None

    def _queued(
        self, wanted: dict[int, Checked], gas: dict[int, int], head: Head
    ) -> dict[int, Relay | AgentEscrowError]:
        if not wanted:
            return {}
        answers: dict[int, Relay | AgentEscrowError] = {}
        mined = self._mined_nonces([each.signer for each in wanted.values()])
        with writing_relays(self._database) as connection:
            taken = find_relays(connection, [each.request_id for each in wanted.values()])
            known = set(taken)
            turns = Turns(connection, self._limits, mined, int(self._clock()))
            purse: Purse | None = None
            for place, checked in wanted.items():
                request_id = checked.request_id
                try:
                    if request_id not in taken:  # the same one twice is one
                        purse = purse or self.availability.purse(connection)
                        turns.require(checked.signer, checked.order)
                        taken[request_id] = self._paid(connection, purse, checked, gas[place], head)
                        turns.note(checked.signer, checked.nonce)
                    answers[place] = taken[request_id]
                except AgentEscrowError as error:
                    answers[place] = error
            accept(connection, [taken[each] for each in taken if each not in known])
        return answers

    def _paid(
        self, connection: Connection, purse: Purse, checked: Checked, gas: int, head: Head
    ) -> Relay:
        """A request that there is money for."""
        signer = checked.signer
        lane = self.availability.lane(connection, checked.contract, checked.functions, signer)
        chain_id = self._deployment.chain_id
        cost = self._limits.cost(gas, head.base_fee, head.tip, chain_id)
        purse.take(lane, signer, cost)
        return Relay(
            request_id=checked.request_id,
            signer=signer,
            signer_nonce=checked.nonce,
            target=checked.target,
            forwarded=checked.forwarded,
            execute=checked.execute,
            gas=gas,
            deadline=min(checked.deadline, head.time + self._limits.valid_seconds),
            accepted_at=int(self._clock()),
            accepted_block=head.number,
            lane=lane,
            cost=cost,
            function=checked.functions[-1],
            run_id=run_of(checked.contract, checked.call),
        )

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
            waiting = pending_nonces(connection, address)
        while expected in waiting:
            expected += 1
        return expected
