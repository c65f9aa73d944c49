"""All contracts of a deployment, ready to be used."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from web3 import Web3

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.forwarder import Forwarder
from agentescrow.chain.identity import IdentityRegistry
from agentescrow.chain.read_your_writes import OwnWrites
from agentescrow.chain.run_escrow import RunEscrow
from agentescrow.chain.stake_registry import StakeRegistry
from agentescrow.chain.usdc import Usdc
from agentescrow.chain.vault import Vault
from agentescrow.chain.verification import require_recorded
from agentescrow.domain.contracts import VAULTS


class Contracts:
    """The contracts of one deployment on one chain.

    Example:
        >>> contracts = Contracts(connect(rpc_url), load(84532))
        >>> contracts.runs.claim_run(wallet, run_id=1, agent_id=0).event.due_at
    """

    def __init__(self, w3: Web3, deployment: Deployment) -> None:
        """Bind the contracts; nothing is asked of the chain yet.

        Args:
            deployment: Where they are.
        """
        self.w3 = w3
        self.deployment = deployment
        self.own = OwnWrites(w3, deployment.chain_id)
        self.kinds = {address.lower(): name for name, address in deployment.addresses.items()}
        """Names of the contracts by address in lower case, as `decode` wants them."""

    def require_present(self) -> None:
        """Make sure that the node serves the record's chain, with the record's contracts on it.

        Whoever signs anything that moves money asks this first, once for each node.

        Raises:
            WrongChain: It serves a chain with another id.
            OtherChain: It serves another chain with the same id, or a fork.
            DeploymentUnknown: The contracts are not there, or the record does not say enough.
            DeploymentDiffers: They are others than those of the record.
            NodeUnreachable: Nobody answers.
        """
        require_recorded(self.w3, self.deployment)

    @cached_property
    def usdc(self) -> Usdc:
        """The token."""
        return Usdc(self.w3, self.deployment.usdc, self.kinds, self.own)

    @cached_property
    def identity(self) -> IdentityRegistry:
        """The registry of agents."""
        return IdentityRegistry(self.w3, self.deployment.identity, self.kinds, self.own)

    @cached_property
    def forwarder(self) -> Forwarder:
        """The ERC-2771 forwarder."""
        return Forwarder(self.w3, self.deployment.forwarder, self.kinds, self.own)

    @cached_property
    def registry(self) -> StakeRegistry:
        """The registry of stakes."""
        return StakeRegistry(self.w3, self.deployment.registry, self.kinds, self.own)

    @cached_property
    def runs(self) -> RunEscrow:
        """The escrow of runs."""
        return RunEscrow(self.w3, self.deployment.runs, self.kinds, self.own)

    @property
    def escrow(self) -> RunEscrow:
        """Former name of `runs`, for programs written against version 0.1."""
        return self.runs

    def vaults(self) -> Iterator[Vault]:
        """Every contract that owes USDC."""
        return (getattr(self, each.key) for each in VAULTS)
