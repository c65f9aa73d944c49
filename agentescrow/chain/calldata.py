"""Calldata of RunEscrow and StakeRegistry, made without a node."""

from __future__ import annotations

from collections.abc import Mapping

from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.run_escrow import RunEscrow
from agentescrow.chain.stake_registry import StakeRegistry
from agentescrow.chain.typed_data import terms_tuple
from agentescrow.chain.vault import Authorization, Vault
from agentescrow.domain.contracts import VAULTS
from agentescrow.domain.runs.terms import RunTerms


class VaultCalls:
    """Encodes calls of one contract that holds USDC."""

    def __init__(self, vault: Vault) -> None:
        """Bind the contract.

        Args:
            vault: RunEscrow or StakeRegistry.
        """
        self._vault = vault
        self.target = to_checksum_address(vault.address)

    def of(self, function: str, *args: object) -> bytes:
        """Encode a call."""
        return bytes(self._vault.calldata(function, *args))

    def with_permit(self, amount: int, deadline: int, signature: bytes, call: bytes) -> bytes:
        """Encode a permit and the call that needs it as one.

        Args:
            amount: Base units.
            deadline: Last unix second at which the permit is valid.
        """
        permit = self.of("selfPermit", amount, deadline, signature)
        return bytes(self._vault.multicall_data([HexBytes(permit), HexBytes(call)]))


def vault_calls(deployment: Deployment) -> Mapping[str, VaultCalls]:
    """Make an encoder for each contract that holds money, by the contract's name."""
    contracts = Contracts(Web3(), deployment)
    return {each.name: VaultCalls(getattr(contracts, each.key)) for each in VAULTS}


class Calls(VaultCalls):
    """Encodes calls of one RunEscrow."""

    def __init__(self, escrow: str) -> None:
        """Bind the contract."""
        super().__init__(RunEscrow(Web3(), escrow))

    def terms(self, function: str, terms: RunTerms, uri: str) -> bytes:
        """Encode `createRun` or `postRun`.

        Args:
            terms: Of the run.
            uri: Of the description.
        """
        return self.of(function, terms_tuple(terms), uri)

    def authorized(self, terms: RunTerms, uri: str, authorization: Authorization) -> bytes:
        """Encode `postRunWithAuthorization`.

        Args:
            terms: Of the run.
            uri: Of the description.
            authorization: The poster's, over reward and fee.
        """
        values = (terms_tuple(terms), uri, authorization.struct())
        return self.of("postRunWithAuthorization", *values)


class StakeCalls(VaultCalls):
    """Encodes calls of one StakeRegistry."""

    def __init__(self, registry: str) -> None:
        """Bind the contract."""
        super().__init__(StakeRegistry(Web3(), registry))

    def authorized(self, agent_id: int, amount: int, authorization: Authorization) -> bytes:
        """Encode `stakeWithAuthorization`.

        Args:
            amount: Base units.
            authorization: The payer's, over the amount.
        """
        return self.of("stakeWithAuthorization", agent_id, amount, authorization.struct())
