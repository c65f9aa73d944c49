"""The writes of an agent's stake: put in by a report or a signed request, taken out, allowed."""

from __future__ import annotations

from collections.abc import Callable

from eth_utils.address import to_checksum_address
from fastapi import Response

from agentescrow.api.agents.deposits import known_agent, recorded
from agentescrow.api.calldata import encoded, signer_of, stake_call, stake_payment
from agentescrow.api.errors import ApiError
from agentescrow.api.index import Snapshot
from agentescrow.api.payments import with_taken_signatures
from agentescrow.api.request_bodies import AllowMarketBody, StakeBody, UnstakeBody
from agentescrow.api.serializers import Json, markets_card, stake_card
from agentescrow.api.write_context import Writer
from agentescrow.api.writes import Write
from agentescrow.relayer.payment import CheckedPayment
from agentescrow.store.agents.markets import allowances_of
from agentescrow.store.people.relays import Relay
from agentescrow.store.schema import AnyRow
from agentescrow.wire.relay import CallBody


def _stake_of(snapshot: Snapshot, agent: AnyRow) -> Json:
    return stake_card(agent, snapshot.now)


class StakeWriter(Writer):
    """The writes of stakes."""

    async def stake(self, agent_id: int, body: StakeBody) -> Response:
        """Look a reported deposit up, or relay a signed one."""
        if body.tx_hash is None:
            body = await with_taken_signatures(self.service, body)
            call = stake_call(self.service.stake_calls, body, agent_id)
            amount, target = body.amount, self.service.stake_calls.target
            payment = stake_payment(self.service.deployment, target, body, agent_id, call)
            return await self._perform(
                agent_id, body, call, "Staked.", lambda: amount, payment=payment
            )
        if any((body.request, body.signature, body.permit, body.authorization)):
            raise ApiError(
                400,
                "INVALID_INPUT",
                "A deposit is reported with `txHash`, or made by a signed request, not both.",
            )
        return await recorded(self.service, self.index, agent_id, body, body.tx_hash.lower())

    async def unstake(self, agent_id: int, body: UnstakeBody) -> Response:
        """Relay a withdrawal."""
        to = to_checksum_address(body.to) if body.to else signer_of(body)
        call = encoded(self.service.stake_calls, "unstake", agent_id, body.amount, to)
        return await self._perform(agent_id, body, call, "Unstaked.")

    async def allow_market(self, agent_id: int, body: AllowMarketBody) -> Response:
        """Relay the leave for a market."""
        market = to_checksum_address(body.market)
        call = encoded(self.service.stake_calls, "allowMarket", agent_id, market, body.cap)

        def card(snapshot: Snapshot, agent: AnyRow) -> Json:
            return markets_card(agent_id, allowances_of(snapshot.connection, agent))

        return await self._perform(agent_id, body, call, "Market allowed.", card=card)

    async def _perform(
        self,
        agent_id: int,
        body: CallBody,
        call: bytes,
        words: str,
        cost: Callable[[], int] | None = None,
        card: Callable[[Snapshot, AnyRow], Json] = _stake_of,
        payment: CheckedPayment | None = None,
    ) -> Response:
        def allow(snapshot: Snapshot) -> None:
            known_agent(snapshot, agent_id)

        def answer(snapshot: Snapshot, _relay: Relay) -> Json:
            agent = card(snapshot, known_agent(snapshot, agent_id))
            return {"success": True, "agent": agent, "message": words}

        target = self.service.stake_calls.target
        signer = signer_of(body) if payment is None else payment.signer
        write = Write(body, signer, target, call, allow, answer, cost, payment)
        return await self.perform(write)
