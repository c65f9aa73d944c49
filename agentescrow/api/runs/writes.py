"""The writes of a run: what each means, what the index has against it, how it is answered."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response

from agentescrow.api.calldata import (
    encoded,
    fund_call,
    post_call,
    poster_of,
    run_payment,
    signer_of,
    terms_of,
)
from agentescrow.api.errors import ApiError, not_eligible, not_found
from agentescrow.api.index import Snapshot
from agentescrow.api.payments import with_taken_signatures
from agentescrow.api.request_bodies import PostBody
from agentescrow.api.serializers import Json, claiming_agent_card, run_card
from agentescrow.api.write_context import Writer
from agentescrow.api.writes import Write
from agentescrow.domain.actions import Action
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import RunState
from agentescrow.relayer.payment import CheckedPayment
from agentescrow.store.agents import find_agent
from agentescrow.store.people.relays import Relay
from agentescrow.store.runs.eligibility import find_claim_eligibility
from agentescrow.store.runs.queries import created_in, find_run
from agentescrow.wire.relay import CallBody
from agentescrow.wire.runs import ClaimBody, FundBody


class RunWriter(Writer):
    """The writes of runs."""

    async def post(self, body: PostBody) -> Response:
        """Create a run."""
        body = await with_taken_signatures(self.service, body)
        terms, poster = terms_of(body), poster_of(body)
        call, service = post_call(self.service.calls, body, terms), self.service
        payment = run_payment(service.deployment, service.calls.target, body, terms, call)

        def allow(snapshot: Snapshot) -> None:
            terms.validate(snapshot.now)

        def answer(snapshot: Snapshot, relay: Relay) -> Json | None:
            found = created_in(
                snapshot.connection, poster, relay.tx_hash or "", relay.block_number or 0
            )
            row = None if found is None else find_run(snapshot.connection, found)
            return None if row is None else _done(run_card(row), "Run created successfully.")

        cost = (lambda: terms.cost) if body.fund else None
        return await self._perform(body, call, allow, answer, cost, payment)

    async def claim(self, run_id: int, body: ClaimBody) -> Response:
        """Claim a run."""
        call = encoded(self.service.calls, "claimRun", run_id, body.agent_id)

        def allow(snapshot: Snapshot) -> None:
            found = find_claim_eligibility(snapshot.connection, run_id, body.agent_id)
            if found is None:
                raise not_found("run", run_id)
            if found.bits:
                raise not_eligible(found.bits)

        def answer(snapshot: Snapshot, _relay: Relay) -> Json | None:
            run = find_run(snapshot.connection, run_id)
            agent = find_agent(snapshot.connection, body.agent_id)
            if run is None or agent is None:
                return None
            return {
                "success": True,
                "run": run_card(run),
                "agent": claiming_agent_card(agent, snapshot.now),
                "message": "Run claimed successfully.",
            }

        return await self._perform(body, call, allow, answer)

    async def act(
        self, run_id: int, body: CallBody, action: Action[RunState], *values: object
    ) -> Response:
        """Relay a plain action.

        Args:
            run_id: The run.
            body: As it came.
            action: Its row in the table.
            values: The call's arguments after the run.
        """
        call = encoded(self.service.calls, action.call, run_id, *values)
        return await self._act(run_id, body, action.done, action.call, call)

    async def fund(self, run_id: int, body: FundBody) -> Response:
        """Fund a DRAFT."""
        body = await with_taken_signatures(self.service, body)

        def cost() -> int:
            return self._cost(run_id)

        call = fund_call(self.service.calls, body, run_id, cost)
        return await self._act(run_id, body, "Run funded.", "fundRun", call, cost)

    async def _act(
        self,
        run_id: int,
        body: CallBody,
        words: str,
        function: str,
        call: bytes,
        cost: Callable[[], int] | None = None,
    ) -> Response:
        def allow(snapshot: Snapshot) -> None:
            row = find_run(snapshot.connection, run_id)
            if row is None:
                raise not_found("run", run_id)
            _require_state(run_id, RunState(row.state), function)

        def answer(snapshot: Snapshot, _relay: Relay) -> Json | None:
            row = find_run(snapshot.connection, run_id)
            return None if row is None else _done(run_card(row), words)

        return await self._perform(body, call, allow, answer, cost)

    async def _perform(
        self,
        body: CallBody,
        call: bytes,
        allow: Callable[[Snapshot], None],
        answer: Callable[[Snapshot, Relay], Json | None],
        cost: Callable[[], int] | None = None,
        payment: CheckedPayment | None = None,
    ) -> Response:
        target = self.service.calls.target
        signer = signer_of(body) if payment is None else payment.signer
        write = Write(body, signer, target, call, allow, answer, cost, payment)
        return await self.perform(write)

    def _cost(self, run_id: int) -> int:
        with self.index.snapshot() as snapshot:
            row = find_run(snapshot.connection, run_id)
        if row is None:
            raise not_found("run", run_id)
        return int(row.reward + row.fee)


def _done(run: Json, words: str) -> Json:
    return {"success": True, "run": run, "message": words}


def _require_state(run_id: int, state: RunState, function: str) -> None:
    allowed = RUN_ACTIONS[function].sources
    if state not in allowed:
        names = " or ".join(each.name for each in sorted(allowed))
        sentence = f"Run {run_id} is {state.name}; it must be {names}."
        raise ApiError(400, "RUN_STATE", sentence, reasonCodes=["UnexpectedRunState"])
