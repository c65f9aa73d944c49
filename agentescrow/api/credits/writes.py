"""The write of a credit: what USDC refused to pay is withdrawn to where it pays (RUN-16)."""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from fastapi import Response

from agentescrow.api.calldata import encoded, signer_of
from agentescrow.api.index import Snapshot
from agentescrow.api.serializers import Json, credits_card
from agentescrow.api.write_context import Writer
from agentescrow.api.writes import Write
from agentescrow.chain.calldata import VaultCalls
from agentescrow.store.people.relays import Relay
from agentescrow.store.vaults.queries import credits_of
from agentescrow.wire.credits import WithdrawBody


class CreditWriter(Writer):
    """The write of credits."""

    async def withdraw(self, body: WithdrawBody) -> Response:
        """Relay a withdrawal; that nothing is owed the contract says."""
        of_runs = body.contract == "RunEscrow"
        calls: VaultCalls = self.service.calls if of_runs else self.service.stake_calls
        signer = signer_of(body)
        to = to_checksum_address(body.to) if body.to else signer

        def allow(_snapshot: Snapshot) -> None:
            """The index has nothing against it that the contract would not say."""

        def answer(snapshot: Snapshot, _relay: Relay) -> Json:
            owed = credits_card(signer, credits_of(snapshot.connection, signer))
            return {"success": True, "credits": owed, "message": "Credit withdrawn."}

        call = encoded(calls, "withdrawCredit", to)
        return await self.perform(Write(body, signer, calls.target, call, allow, answer))
