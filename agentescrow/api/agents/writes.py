"""Writes of agents: deposits, withdrawals, and permissions for markets."""

from __future__ import annotations

from collections.abc import Callable

from eth_utils.address import to_checksum_address
from fastapi import Response

from agentescrow.api.agents.bodies import AllowMarketBody, StakeBody, UnstakeBody
from agentescrow.api.agents.calldata import stake_call, stake_payment
from agentescrow.api.agents.deposits import record_deposit, require_agent
from agentescrow.api.agents.serializers import (
    serialize_answer,
    serialize_markets,
    serialize_stake,
)
from agentescrow.api.calldata import encode_call, signer_of
from agentescrow.api.errors import ApiError
from agentescrow.api.index import Snapshot
from agentescrow.api.payments import with_canonical_signatures
from agentescrow.api.serializers import Json
from agentescrow.api.write_context import Writer
from agentescrow.api.writes import Write
from agentescrow.chain.calldata import VaultCalls
from agentescrow.domain.contracts import STAKE_REGISTRY
from agentescrow.relayer.payment import CheckedPayment
from agentescrow.store.agents.markets import allowances_of
from agentescrow.store.people.relays import Relay
from agentescrow.store.schema import AnyRow
from agentescrow.wire.relay import CallBody


def _stake_of(snapshot: Snapshot, agent: AnyRow) -> Json:
    return serialize_stake(agent, snapshot.now)


class StakeWriter(Writer):
    """Performs the writes of agents."""

    async def stake(self, agent_id: int, body: StakeBody) -> Response:
        """Look up a reported deposit, or relay a signed one."""
        if body.tx_hash is not None:
            return await self._report(agent_id, body, body.tx_hash.lower())
        body = await with_canonical_signatures(self.service, body)
        calls, amount = self._calls, body.amount
        call = stake_call(calls, body, agent_id)
        payment = stake_payment(self.service.deployment, calls.target, body, agent_id, call)
        return await self._perform(agent_id, body, call, "Staked.", lambda: amount, payment=payment)

    async def unstake(self, agent_id: int, body: UnstakeBody) -> Response:
        """Relay a withdrawal."""
        to = to_checksum_address(body.to) if body.to else signer_of(body)
        call = encode_call(self._calls, "unstake", agent_id, body.amount, to)
        return await self._perform(agent_id, body, call, "Unstaked.")

    async def allow_market(self, agent_id: int, body: AllowMarketBody) -> Response:
        """Relay a permission for a market."""
        market = to_checksum_address(body.market)
        call = encode_call(self._calls, "allowMarket", agent_id, market, body.cap)

        def serialize(snapshot: Snapshot, agent: AnyRow) -> Json:
            return serialize_markets(agent_id, allowances_of(snapshot.connection, agent))

        return await self._perform(agent_id, body, call, "Market allowed.", serialize=serialize)

    @property
    def _calls(self) -> VaultCalls:
        return self.service.calls[STAKE_REGISTRY.name]

    async def _report(self, agent_id: int, body: StakeBody, tx_hash: str) -> Response:
        if any((body.request, body.signature, body.permit, body.authorization)):
            detail = "Send `txHash` to report a deposit, or sign a request to make one, not both."
            raise ApiError(400, "INVALID_INPUT", detail)
        return await record_deposit(self.service, self.index, agent_id, body, tx_hash)

    async def _perform(
        self,
        agent_id: int,
        body: CallBody,
        call: bytes,
        message: str,
        cost: Callable[[], int] | None = None,
        serialize: Callable[[Snapshot, AnyRow], Json] = _stake_of,
        payment: CheckedPayment | None = None,
    ) -> Response:
        def check(snapshot: Snapshot) -> None:
            require_agent(snapshot, agent_id)

        def result(snapshot: Snapshot, _relay: Relay) -> Json:
            agent = serialize(snapshot, require_agent(snapshot, agent_id))
            return serialize_answer(agent, message)

        signer = signer_of(body) if payment is None else payment.signer
        target = self._calls.target
        write = Write(body, signer, target, call, check, result, cost, payment)
        return await self.perform(write)
