"""Write of credits: the withdrawal of a payment that USDC refused (RUN-16)."""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from fastapi import Response

from agentescrow.api.calldata import encode_call, signer_of
from agentescrow.api.credits.serializers import serialize_answer, serialize_credits
from agentescrow.api.index import Snapshot
from agentescrow.api.serializers import Json
from agentescrow.api.write_context import Writer
from agentescrow.api.writes import Write
from agentescrow.store.people.relays import Relay
from agentescrow.store.vaults.queries import credits_of
from agentescrow.wire.credits import WithdrawBody


class CreditWriter(Writer):
    """Performs the write of credits."""

    async def withdraw(self, body: WithdrawBody) -> Response:
        """Relay a withdrawal."""
        calls = self.service.calls[body.contract]
        signer = signer_of(body)
        to = to_checksum_address(body.to) if body.to else signer

        def check(_snapshot: Snapshot) -> None:
            """Leave it to the contract to say that nothing is owed."""

        def result(snapshot: Snapshot, _relay: Relay) -> Json:
            owed = serialize_credits(signer, credits_of(snapshot.connection, signer))
            return serialize_answer(owed, "Credit withdrawn.")

        call = encode_call(calls, "withdrawCredit", to)
        return await self.perform(Write(body, signer, calls.target, call, check, result))
