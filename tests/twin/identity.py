"""The ERC-8004 identity registry as far as the rules can see it: owner, approvals and wallet."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentescrow.domain.constants import ZERO_ADDRESS


@dataclass(slots=True)
class AgentIdentity:
    """One agent's NFT.

    Args:
        owner: Who holds it.
        approved: The one account that ERC-721 `approve` named, or the zero address.
        wallet: ERC-8004 wallet, or the zero address.
    """

    owner: str
    approved: str = ZERO_ADDRESS
    wallet: str = ZERO_ADDRESS


@dataclass(slots=True)
class IdentityView:
    """What the identity registry would answer. Its own permissions are not modelled.

    Args:
        address: The registry's address.
        agents: NFTs by agent id; ids start at 0.
        operators: (owner, operator) pairs of ERC-721 `setApprovalForAll`.
    """

    address: str
    agents: dict[int, AgentIdentity] = field(default_factory=dict)
    operators: set[tuple[str, str]] = field(default_factory=set)

    def register(self, owner: str) -> int:
        """Mint the next agent; its owner is its wallet. Returns the id."""
        agent_id = len(self.agents)
        self.agents[agent_id] = AgentIdentity(owner, wallet=owner)
        return agent_id

    def transfer(self, agent_id: int, to: str) -> None:
        """Give the NFT to another owner, which clears approval and wallet."""
        self.agents[agent_id] = AgentIdentity(to)

    def approve(self, agent_id: int, account: str) -> None:
        """Name the NFT's one approved account."""
        self.agents[agent_id].approved = account

    def set_operator(self, owner: str, operator: str, *, approved: bool) -> None:
        """ERC-721 `setApprovalForAll`: for every NFT of the owner, also later ones."""
        if approved:
            self.operators.add((owner, operator))
        else:
            self.operators.discard((owner, operator))

    def set_wallet(self, agent_id: int, wallet: str) -> None:
        """Name the ERC-8004 wallet; the zero address unsets it."""
        self.agents[agent_id].wallet = wallet

    def exists(self, agent_id: int) -> bool:
        """Whether `ownerOf` would answer."""
        return agent_id in self.agents

    def is_authorized_or_owner(self, account: str, agent_id: int) -> bool:
        """Whether the account is owner, approved or operator; False for an unknown agent."""
        identity = self.agents.get(agent_id)
        if identity is None or account == ZERO_ADDRESS:
            return False
        return (
            account in (identity.owner, identity.approved)
            or (identity.owner, account) in self.operators
        )

    def is_operator(self, account: str, agent_id: int) -> bool:
        """Whether the account may act for the agent: the above or its wallet (section 1)."""
        identity = self.agents.get(agent_id)
        if identity is None or account == ZERO_ADDRESS:
            return False
        return account == identity.wallet or self.is_authorized_or_owner(account, agent_id)

    def payout_wallet(self, agent_id: int) -> str:
        """The wallet, or the owner where there is none (section 1).

        Raises:
            KeyError: Unknown agent.
        """
        identity = self.agents[agent_id]
        return identity.owner if identity.wallet == ZERO_ADDRESS else identity.wallet
