"""The ERC-8004 identity registry: agents are ERC-721 tokens, ids start at 0."""

from __future__ import annotations

from eth_utils.address import to_checksum_address

from agentescrow.chain import typed_data
from agentescrow.chain.contract import Contract
from agentescrow.chain.events import AgentTransfer, MetadataSet, Registered
from agentescrow.chain.fees import TRANSACTION_GAS_MAX
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.signatures import signed
from agentescrow.chain.transactions import Mined
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.constants import ZERO_ADDRESS


class IdentityRegistry(Contract):
    """The registry."""

    kind = "IdentityRegistry"
    gas_max = TRANSACTION_GAS_MAX  # a registration file may be kept on chain, in its URI

    def register(self, wallet: Wallet, uri: str = "") -> Mined[Registered]:
        """Register an agent, owned by the wallet, which is the agent's wallet too.

        Args:
            wallet: Owner to be.
            uri: Of the registration file; may be empty.
        """
        registered = Outcome(Registered, {"owner": wallet.address, "agent_uri": uri})
        return self._write(wallet, registered, "register(string)", uri)

    def owner_of(self, agent_id: int) -> str:
        """Who holds the agent's NFT."""
        return str(self._read("ownerOf", agent_id))

    def is_authorized_or_owner(self, account: str, agent_id: int) -> bool:
        """Whether the account owns the agent's NFT or is approved for it."""
        return bool(self._read("isAuthorizedOrOwner", account, agent_id))

    def agent_wallet(self, agent_id: int) -> str | None:
        """The wallet that was set for the agent, or None."""
        wallet = str(self._read("getAgentWallet", agent_id))
        return None if wallet == ZERO_ADDRESS else wallet

    def agent_uri(self, agent_id: int) -> str:
        """Where the agent's registration file is."""
        return str(self._read("tokenURI", agent_id))

    def set_agent_wallet(
        self, wallet: Wallet, agent_id: int, new_wallet: Wallet, deadline: int
    ) -> Mined[MetadataSet]:
        """Set the agent's wallet, with that wallet's signed consent.

        Args:
            wallet: Owner of the agent, or approved for it.
            new_wallet: The wallet to be, which signs here.
            deadline: Last unix second at which the consent is valid, at most five minutes ahead.
        """
        consent = typed_data.agent_wallet_set(
            self.eip712_domain(),
            agent_id=agent_id,
            new_wallet=new_wallet.address,
            owner=self.owner_of(agent_id),
            deadline=deadline,
        )
        signature = signed(new_wallet, consent)
        done = Outcome(MetadataSet, {"agent_id": agent_id})
        return self._write(
            wallet, done, "setAgentWallet", agent_id, new_wallet.address, deadline, signature
        )

    def transfer(self, wallet: Wallet, to: str, agent_id: int) -> Mined[AgentTransfer]:
        """Give the agent's NFT to `to`; stake, strikes and open claims go along (STAKE-10)."""
        receiver = to_checksum_address(to)
        given = Outcome(AgentTransfer, {"to": receiver, "token_id": agent_id})
        return self._write(wallet, given, "transferFrom", wallet.address, receiver, agent_id)
