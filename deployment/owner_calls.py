"""Build the owner's calls, to send or to write to a Safe batch."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentescrow.chain.contract import Contract
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.vault import Vault
from agentescrow.domain.constants import ZERO_ADDRESS


@dataclass(frozen=True, slots=True)
class OwnerCall:
    """One call.

    Attributes:
        contract: Contract to call.
        function: Name of the function.
        arguments: Arguments of the function.
        sender: Account that must send it; None if anyone may.
    """

    contract: Contract
    function: str
    arguments: tuple[str, ...] = ()
    sender: str | None = field(default=None)

    def describe(self) -> str:
        """Write the call like Solidity: `RunEscrow.setTreasury(0x…)`."""
        return f"{self.contract.kind}.{self.function}({', '.join(self.arguments)})"


def pause(contracts: Contracts) -> list[OwnerCall]:
    """Stop new runs, funding and claims (RUN-18)."""
    return [_runs_call(contracts, "pause")]


def unpause(contracts: Contracts) -> list[OwnerCall]:
    """Resume new runs, funding and claims."""
    return [_runs_call(contracts, "unpause")]


def set_treasury(contracts: Contracts, treasury: str) -> list[OwnerCall]:
    """Set the receiver of future sweeps."""
    return [_runs_call(contracts, "setTreasury", treasury)]


def sweep(contracts: Contracts) -> list[OwnerCall]:
    """Send the accrued fees to the treasury; anyone may."""
    return [OwnerCall(contracts.runs, "sweepFees")]


def add_market(contracts: Contracts, market: str) -> list[OwnerCall]:
    """Allow a contract to lock the stake of agents whose owners consent (STAKE-9)."""
    return [_registry_call(contracts, "addMarket", market)]


def retire_market(contracts: Contracts, market: str) -> list[OwnerCall]:
    """Stop a market from taking claims, permanently (STAKE-9)."""
    return [_registry_call(contracts, "retireMarket", market)]


def transfer(vaults: list[Vault], to: str) -> list[OwnerCall]:
    """Offer ownership to an account, which must accept it."""
    return [OwnerCall(vault, "transferOwnership", (to,), vault.owner()) for vault in vaults]


def cancel_transfer(vaults: list[Vault]) -> list[OwnerCall]:
    """Withdraw offers of ownership that are not accepted yet."""
    offered = [vault for vault in vaults if vault.pending_owner() != ZERO_ADDRESS]
    return transfer(offered, ZERO_ADDRESS)


def accept(vaults: list[Vault]) -> list[OwnerCall]:
    """Accept offered ownership."""
    offers = [(vault, vault.pending_owner()) for vault in vaults]
    return [
        OwnerCall(vault, "acceptOwnership", (), pending)
        for vault, pending in offers
        if pending != ZERO_ADDRESS
    ]


def _runs_call(contracts: Contracts, function: str, *arguments: str) -> OwnerCall:
    return OwnerCall(contracts.runs, function, arguments, contracts.runs.owner())


def _registry_call(contracts: Contracts, function: str, *arguments: str) -> OwnerCall:
    return OwnerCall(contracts.registry, function, arguments, contracts.registry.owner())
