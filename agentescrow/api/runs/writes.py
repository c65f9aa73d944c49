"""Writes of runs: their calls, their checks by the index, and their answers."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response

from agentescrow.api.calldata import encode_call, signer_of
from agentescrow.api.errors import ApiError, not_found
from agentescrow.api.index import Snapshot
from agentescrow.api.payments import with_canonical_signatures
from agentescrow.api.runs.bodies import PostBody
from agentescrow.api.runs.calldata import fund_call, post_call, post_payment, poster_of, terms_of
from agentescrow.api.runs.serializers import (
    serialize_answer,
    serialize_claim,
    serialize_claiming_agent,
    serialize_run,
)
from agentescrow.api.serializers import Json
from agentescrow.api.write_context import Writer
from agentescrow.api.writes import Write
from agentescrow.chain.calldata import VaultCalls
from agentescrow.domain.actions import Action
from agentescrow.domain.contracts import RUN_ESCROW
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.eligibility import Ineligibility, reasons
from agentescrow.domain.runs.run import RunState
from agentescrow.relayer.payment import CheckedPayment
from agentescrow.store.agents.queries import find_agent
from agentescrow.store.people.relays import Relay
from agentescrow.store.runs.eligibility import find_claim_eligibility
from agentescrow.store.runs.queries import created_in, find_run
from agentescrow.wire.eligibility import status_of_claim
from agentescrow.wire.relay import CallBody
from agentescrow.wire.runs import ClaimBody, FundBody


class RunWriter(Writer):
    """Performs the writes of runs."""

    async def post(self, body: PostBody) -> Response:
        """Create a run."""
        body = await with_canonical_signatures(self.service, body)
        terms, poster = terms_of(body), poster_of(body)
        call = post_call(self._calls, body, terms)
        payment = post_payment(self.service.deployment, self._calls.target, body, terms, call)

        def check(snapshot: Snapshot) -> None:
            terms.validate(snapshot.now)

        def result(snapshot: Snapshot, relay: Relay) -> Json | None:
            run_id = created_in(
                snapshot.connection, poster, relay.tx_hash or "", relay.block_number or 0
            )
            return None if run_id is None else _done(snapshot, run_id, "Run created successfully.")

        cost = (lambda: terms.cost) if body.fund else None
        return await self._perform(body, call, check, result, cost, payment)

    async def claim(self, run_id: int, body: ClaimBody) -> Response:
        """Claim a run."""
        call = encode_call(self._calls, "claimRun", run_id, body.agent_id)

        def check(snapshot: Snapshot) -> None:
            found = find_claim_eligibility(snapshot.connection, run_id, body.agent_id)
            if found is None:
                raise not_found("run", run_id)
            if found.bits:
                raise _not_eligible(found.bits)

        def result(snapshot: Snapshot, _relay: Relay) -> Json | None:
            run = find_run(snapshot.connection, run_id)
            agent = find_agent(snapshot.connection, body.agent_id)
            if run is None or agent is None:
                return None
            return serialize_claim(
                serialize_run(run),
                serialize_claiming_agent(agent, snapshot.now),
                "Run claimed successfully.",
            )

        return await self._perform(body, call, check, result)

    async def act(
        self, run_id: int, body: CallBody, action: Action[RunState], *values: object
    ) -> Response:
        """Perform an action that has no code of its own.

        Args:
            run_id: The run.
            body: Body of the request.
            action: Row of the action table.
            values: Arguments of the call after the run.
        """
        call = encode_call(self._calls, action.call, run_id, *values)
        return await self._act(run_id, body, action.done, action.call, call)

    async def fund(self, run_id: int, body: FundBody) -> Response:
        """Fund a DRAFT."""
        body = await with_canonical_signatures(self.service, body)

        def cost() -> int:
            return self._cost(run_id)

        call = fund_call(self._calls, body, run_id, cost)
        return await self._act(run_id, body, "Run funded.", "fundRun", call, cost)

    @property
    def _calls(self) -> VaultCalls:
        return self.service.calls[RUN_ESCROW.name]

    async def _act(
        self,
        run_id: int,
        body: CallBody,
        message: str,
        function: str,
        call: bytes,
        cost: Callable[[], int] | None = None,
    ) -> Response:
        def check(snapshot: Snapshot) -> None:
            row = find_run(snapshot.connection, run_id)
            if row is None:
                raise not_found("run", run_id)
            _require_state(run_id, RunState(row.state), function)

        def result(snapshot: Snapshot, _relay: Relay) -> Json | None:
            return _done(snapshot, run_id, message)

        return await self._perform(body, call, check, result, cost)

    async def _perform(
        self,
        body: CallBody,
        call: bytes,
        check: Callable[[Snapshot], None],
        result: Callable[[Snapshot, Relay], Json | None],
        cost: Callable[[], int] | None = None,
        payment: CheckedPayment | None = None,
    ) -> Response:
        signer = signer_of(body) if payment is None else payment.signer
        target = self._calls.target
        write = Write(body, signer, target, call, check, result, cost, payment)
        return await self.perform(write)

    def _cost(self, run_id: int) -> int:
        with self.index.snapshot() as snapshot:
            row = find_run(snapshot.connection, run_id)
        if row is None:
            raise not_found("run", run_id)
        return int(row.reward + row.fee)


def _done(snapshot: Snapshot, run_id: int, message: str) -> Json | None:
    row = find_run(snapshot.connection, run_id)
    return None if row is None else serialize_answer(serialize_run(row), message)


def _not_eligible(bits: Ineligibility) -> ApiError:
    found = reasons(bits)
    sentences = [reason.sentence for reason in found]
    codes = [reason.code for reason in found]
    return ApiError(
        status_of_claim(bits),
        "NOT_ELIGIBLE",
        " ".join(sentences),
        reasons=sentences,
        reasonCodes=codes,
    )


def _require_state(run_id: int, state: RunState, function: str) -> None:
    allowed = RUN_ACTIONS[function].sources
    if state not in allowed:
        names = " or ".join(each.name for each in sorted(allowed))
        detail = f"Run {run_id} is {state.name}; it must be {names}."
        raise ApiError(400, "RUN_STATE", detail, reasonCodes=["UnexpectedRunState"])
