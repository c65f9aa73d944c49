"""StakeRegistry: agents' stakes and the trust ladder."""

from __future__ import annotations

from agentescrow.chain.events import MarketAdded, MarketAllowed, MarketRetired, Staked, Unstaked
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import stake_nonce
from agentescrow.chain.vault import Authorization, Vault
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.agent import Agent, AgentStatus


class StakeRegistry(Vault):
    """The registry of stakes. All amounts are base units of USDC, all times unix seconds."""

    kind = "StakeRegistry"

    def stake(
        self, wallet: Wallet, agent_id: int, amount: int, *, permit_until: int | None = None
    ) -> Mined[Staked]:
        """Stake the wallet's USDC for an agent (STAKE-1), approving it first where that is missing.

        Args:
            agent_id: Agent; need not be the payer's.
            amount: Base units.
            permit_until: Where given, a permit that is valid until then goes along in the same
                transaction instead of an approval before it.
        """
        staked = staked_for(agent_id, wallet.address, amount)
        return self._pay(wallet, staked, amount, permit_until, "stake", agent_id, amount)

    def authorize_stake(
        self, wallet: Wallet, agent_id: int, amount: int, *, salt: bytes, valid_before: int
    ) -> Authorization:
        """Sign a deposit that anybody may send (EIP-3009).

        Args:
            wallet: Payer and signer.
            amount: Base units.
            salt: 32 bytes, fresh for each authorization.
            valid_before: Unix second before which it is valid.
        """
        purpose = stake_nonce(agent_id, salt)
        return self.authorize(wallet, amount, purpose=purpose, salt=salt, valid_before=valid_before)

    def stake_with_authorization(
        self, wallet: Wallet, agent_id: int, amount: int, authorization: Authorization
    ) -> Mined[Staked]:
        """Send a deposit that somebody authorized.

        Args:
            wallet: Who sends; need not be the payer.
            agent_id: Agent, as signed.
            amount: Base units, as signed.
        """
        struct = authorization.struct()
        staked = staked_for(agent_id, authorization.payer, amount)
        return self._write(wallet, staked, "stakeWithAuthorization", agent_id, amount, struct)

    def unstake(self, wallet: Wallet, agent_id: int, amount: int, to: str) -> Mined[Unstaked]:
        """Take available stake out, at once (STAKE-2).

        Args:
            wallet: Owner of the agent's NFT, or approved for it.
            amount: Base units.
            to: Receiver; for an approved operator the owner.
        """
        taken = unstaked(agent_id, to, amount)
        return self._write(wallet, taken, "unstake", agent_id, amount, to)

    def get_agent(self, agent_id: int) -> Agent:
        """The record of an agent; all zero where nothing was ever staked."""
        return Agent(*self._read("getAgent", agent_id))

    def status_of(self, agent_id: int) -> AgentStatus:
        """Its place on the trust ladder now (STAKE-5)."""
        return AgentStatus(self._read("statusOf", agent_id))

    def available_stake(self, agent_id: int) -> int:
        """Stake that backs no open work."""
        return int(self._read("availableStake", agent_id))

    def is_operator(self, agent_id: int, account: str) -> bool:
        """Whether an account may act for the agent."""
        return bool(self._read("isOperator", agent_id, account))

    def payout_wallet_of(self, agent_id: int) -> str:
        """Where the agent is paid."""
        return str(self._read("payoutWalletOf", agent_id))

    def is_market(self, market: str) -> bool:
        """Whether a contract is a market that is not retired."""
        return bool(self._read("isMarket", market))

    def market_allowance(self, agent_id: int, market: str) -> int:
        """Up to how much the market may have locked of the agent at once, base units (STAKE-9)."""
        return int(self._read("marketAllowance", agent_id, market))

    def allow_market(
        self, wallet: Wallet, agent_id: int, market: str, cap: int
    ) -> Mined[MarketAllowed]:
        """Let an added market lock up to `cap` of an agent's stake (STAKE-9).

        Args:
            wallet: Owner of the agent's NFT.
            cap: Base units; not below what it has locked already.
        """
        allowed = Outcome(MarketAllowed, {"agent_id": agent_id, "market": market, "cap": cap})
        return self._write(wallet, allowed, "allowMarket", agent_id, market, cap)

    def add_market(self, wallet: Wallet, market: str) -> Mined[MarketAdded]:
        """Add a market, which locks only what agents' owners allow it (STAKE-9); the owner's."""
        return self._write(wallet, Outcome(MarketAdded, {"market": market}), "addMarket", market)

    def retire_market(self, wallet: Wallet, market: str) -> Mined[MarketRetired]:
        """End a market for good: it takes no claim any more (STAKE-9); the owner's."""
        retired = Outcome(MarketRetired, {"market": market})
        return self._write(wallet, retired, "retireMarket", market)


def staked_for(agent_id: int, payer: str, amount: int) -> Outcome[Staked]:
    """A deposit.

    Args:
        payer: Whose USDC it is.
        amount: Base units.
    """
    return Outcome(Staked, {"agent_id": agent_id, "from_": payer, "amount": amount})


def unstaked(agent_id: int, to: str, amount: int) -> Outcome[Unstaked]:
    """Stake that is taken out.

    Args:
        amount: Base units.
    """
    return Outcome(Unstaked, {"agent_id": agent_id, "to": to, "amount": amount})
