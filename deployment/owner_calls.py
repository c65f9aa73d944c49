"""What only an owner of the contracts does: each act as calls that are sent, or put in a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentescrow.chain.contract import Contract
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.vault import Vault
from agentescrow.domain.constants import ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class OwnerCall:
    """One call.

    Args:
        sender: Who has to make it; None where anybody may.
    """

    contract: Contract
    function: str
    arguments: tuple[str, ...] = ()
    sender: str | None = field(default=None)

    def words(self) -> str:
        """Like Solidity: `RunEscrow.setTreasury(0x…)`."""
        return f"{self.contract.kind}.{self.function}({', '.join(self.arguments)})"


def pause(contracts: Contracts) -> list[OwnerCall]:
    """Stop new runs, funding and claims (RUN-18)."""
    return [_of_escrow(contracts, "pause")]


def unpause(contracts: Contracts) -> list[OwnerCall]:
    """Let them go on."""
    return [_of_escrow(contracts, "unpause")]


def set_treasury(contracts: Contracts, treasury: str) -> list[OwnerCall]:
    """Send the fees of future sweeps to `treasury`."""
    return [_of_escrow(contracts, "setTreasury", treasury)]


def sweep(contracts: Contracts) -> list[OwnerCall]:
    """Send the accrued fees to the treasury; anybody may."""
    return [OwnerCall(contracts.runs, "sweepFees")]


def add_market(contracts: Contracts, market: str) -> list[OwnerCall]:
    """Let a contract lock stake of the agents whose owners allow it (STAKE-9)."""
    return [_of_registry(contracts, "addMarket", market)]


def retire_market(contracts: Contracts, market: str) -> list[OwnerCall]:
    """Let a market take no claims any more, for good (STAKE-9)."""
    return [_of_registry(contracts, "retireMarket", market)]


def transfer(vaults: list[Vault], to: str) -> list[OwnerCall]:
    """Offer the ownership to an account, which then has to accept it."""
    return [OwnerCall(vault, "transferOwnership", (to,), vault.owner()) for vault in vaults]


def cancel_transfer(vaults: list[Vault]) -> list[OwnerCall]:
    """Take back what is offered and not accepted yet; the owner stays."""
    offered = [vault for vault in vaults if vault.pending_owner() != ZERO_ADDRESS]
    return transfer(offered, ZERO_ADDRESS)


def accept(vaults: list[Vault]) -> list[OwnerCall]:
    """Take over what is offered."""
    offers = [(vault, vault.pending_owner()) for vault in vaults]
    return [
        OwnerCall(vault, "acceptOwnership", (), pending)
        for vault, pending in offers
        if pending != ZERO_ADDRESS
    ]


def _of_escrow(contracts: Contracts, function: str, *arguments: str) -> OwnerCall:
    return OwnerCall(contracts.runs, function, arguments, contracts.runs.owner())


def _of_registry(contracts: Contracts, function: str, *arguments: str) -> OwnerCall:
    return OwnerCall(contracts.registry, function, arguments, contracts.registry.owner())
