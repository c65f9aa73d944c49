"""The executable twin of StakeRegistry: the same checks in the same order, the same money."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from enum import IntEnum

from agentescrow.domain.agent import CLAIMING_STATUSES, Agent, AgentStatus, status_of
from agentescrow.domain.constants import (
    BAN_STRIKES,
    CLAIMS_MAX,
    COMPLETIONS_MAX,
    MARKET_DELAY,
    MIN_STAKE,
    OUTCOME_MAX,
    REJECTIONS_MAX,
    STAKE_MAX,
    STRIKES_MAX,
    ZERO_ADDRESS,
)
from agentescrow.domain.events import Journal
from agentescrow.domain.identity import IdentityView
from agentescrow.domain.reverts import reverted
from agentescrow.domain.terms import MIN_STATUS_HIGHEST, MIN_STATUS_LOWEST
from agentescrow.domain.token import Authorization, TokenLedger
from agentescrow.domain.vault import UsdcVaultTwin


class Outcome(IntEnum):
    """How a released lock ended (STAKE-3)."""

    NONE = 0
    COMPLETED = 1
    REJECTED = 2


class StakeRegistryTwin(UsdcVaultTwin):
    """One method per contract function, in snake case; a refused call changes nothing.

    Attributes:
        agents: Records by agent id; a missing one is all zeros.
        locks: Base units that each (market, agent id) has locked (STAKE-3).
        usable_at: Unix second by market from which it may lock (STAKE-9).
    """

    def __init__(
        self,
        address: str,
        token: TokenLedger,
        identity: IdentityView,
        *,
        treasury: str,
        owner: str,
        forwarder: str,
        markets: Iterable[str],
        now: int,
    ) -> None:
        super().__init__(
            address, token, identity, owner=owner, forwarder=forwarder, journal=Journal()
        )
        self.agents: dict[int, Agent] = {}
        self.locks: dict[tuple[str, int], int] = {}
        self.usable_at: dict[str, int] = {}
        for market in markets:
            self._schedule(market, now)
        self._set_treasury(treasury)

    # Agents

    def stake(self, agent_id: int, amount: int, *, sender: str, now: int) -> None:
        """Stake the sender's money for any agent (STAKE-1)."""
        record = self._deposited(agent_id, amount, now)
        self._pull(sender, amount)
        self.agents[agent_id] = record
        self._emit("Staked", agent_id, sender, amount)

    def stake_with_authorization(
        self, agent_id: int, amount: int, authorization: Authorization, *, now: int
    ) -> None:
        """Stake the signer's money for the agent that the signature names (STAKE-1)."""
        record = self._deposited(agent_id, amount, now)
        self._pull_with_authorization(authorization, amount, (agent_id,), now)
        self.agents[agent_id] = record
        self._emit("Staked", agent_id, authorization.signer, amount)

    def unstake(self, agent_id: int, amount: int, to: str, *, sender: str) -> None:
        """Take available stake out; a refused transfer reverts, nothing is credited (STAKE-2)."""
        if amount == 0:
            raise reverted("ZeroAmount")
        self._require_unstaker(agent_id, to, sender)
        if to != self.identity.agents[agent_id].owner:
            self._require_recipient(to)
        agent = self.get_agent(agent_id)
        if amount > agent.available:
            raise reverted("InsufficientStake", agent_id, agent.available, amount)
        self._push(to, amount)
        self.agents[agent_id] = _reduced(agent, amount)
        self._emit("Unstaked", agent_id, to, amount)

    # Markets

    def lock(self, agent_id: int, amount: int, min_status: int, *, sender: str, now: int) -> None:
        """Bind available stake to a piece of work (STAKE-3, STAKE-4)."""
        self._require_market(sender, now)
        if amount == 0:
            raise reverted("ZeroAmount")
        if not MIN_STATUS_LOWEST <= min_status <= MIN_STATUS_HIGHEST:
            limits = (MIN_STATUS_LOWEST, MIN_STATUS_HIGHEST)
            raise reverted("MinStatusOutOfRange", min_status, *limits)
        agent = self.get_agent(agent_id)
        status = status_of(agent, now)
        if status not in CLAIMING_STATUSES or status < min_status:
            raise reverted("StatusTooLow", agent_id, status, AgentStatus(min_status))
        if amount > agent.available:
            raise reverted("InsufficientStake", agent_id, agent.available, amount)
        self.locks[sender, agent_id] = self.locked_by(sender, agent_id) + amount
        self.agents[agent_id] = replace(
            agent, locked=agent.locked + amount, claims=min(agent.claims + 1, CLAIMS_MAX)
        )
        self._emit("StakeLocked", agent_id, sender, amount)

    def release(self, agent_id: int, amount: int, outcome: int, *, sender: str, now: int) -> None:
        """Free what the market locked itself (STAKE-3)."""
        self._require_market(sender, now)
        if amount == 0:
            raise reverted("ZeroAmount")
        if outcome > OUTCOME_MAX:
            raise reverted("OutcomeOutOfRange", outcome, OUTCOME_MAX)
        self._unlock(agent_id, amount, sender)
        agent = self.get_agent(agent_id)
        completions = agent.completions + (outcome == Outcome.COMPLETED)
        rejections = agent.rejections + (outcome == Outcome.REJECTED)
        self.agents[agent_id] = replace(
            agent,
            completions=min(completions, COMPLETIONS_MAX),
            rejections=min(rejections, REJECTIONS_MAX),
        )
        self._emit("StakeReleased", agent_id, sender, amount, outcome)

    def slash(
        self,
        agent_id: int,
        amount: int,
        beneficiary: str,
        compensation: int,
        *,
        sender: str,
        now: int,
    ) -> None:
        """Take what the market locked itself; strike, freeze, pay (STAKE-6, STAKE-8)."""
        self._require_market(sender, now)
        if amount == 0:
            raise reverted("ZeroAmount")
        if compensation > amount:
            raise reverted("CompensationTooLarge", compensation, amount)
        if beneficiary == ZERO_ADDRESS:
            raise reverted("InvalidRecipient", beneficiary)
        self._unlock(agent_id, amount, sender)
        agent = _reduced(self.get_agent(agent_id), amount)
        strikes = min(agent.strikes + 1, STRIKES_MAX)
        self.agents[agent_id] = replace(agent, strikes=strikes, frozen=True)
        values = (agent_id, sender, beneficiary, amount, compensation, strikes)
        self._emit("StakeSlashed", *values)
        self._pay(beneficiary, compensation)
        self._pay(self.treasury, amount - compensation)

    # Owner

    def schedule_market(self, market: str, *, sender: str, now: int) -> None:
        """Announce a market, usable MARKET_DELAY later (STAKE-9)."""
        self._require_owner(sender)
        self._schedule(market, now + MARKET_DELAY)

    def cancel_market(self, market: str, *, sender: str, now: int) -> None:
        """Take an announced market back, never once it is usable (STAKE-9)."""
        self._require_owner(sender)
        usable_at = self.market_usable_at(market)
        if usable_at == 0:
            raise reverted("MarketNotScheduled", market)
        if now >= usable_at:
            raise reverted("MarketAlreadyUsable", market, usable_at)
        del self.usable_at[market]
        self._emit("MarketCancelled", market)

    # Views

    def get_agent(self, agent_id: int) -> Agent:
        """The record, all zeros where nothing was ever staked."""
        return self.agents.get(agent_id, Agent())

    def status_of(self, agent_id: int, *, now: int) -> AgentStatus:
        """Place on the trust ladder (STAKE-5)."""
        return status_of(self.get_agent(agent_id), now)

    def available_stake(self, agent_id: int) -> int:
        """Base units that back no open work."""
        return self.get_agent(agent_id).available

    def is_operator(self, agent_id: int, account: str) -> bool:
        """Whether the account may act for the agent; nobody may for an unknown one."""
        return self.identity.is_operator(account, agent_id)

    def payout_wallet_of(self, agent_id: int) -> str:
        """Where the agent is paid; reverts for an unknown one."""
        self._require_known(agent_id)
        return self.identity.payout_wallet(agent_id)

    def is_market(self, market: str, *, now: int) -> bool:
        """Whether the market may lock stakes now."""
        return market in self.usable_at and now >= self.usable_at[market]

    def market_usable_at(self, market: str) -> int:
        """Unix second from which it may, 0 where it is not scheduled."""
        return self.usable_at.get(market, 0)

    def locked_by(self, market: str, agent_id: int) -> int:
        """Base units that one market holds of the agent's stake; not a view of the contract."""
        return self.locks.get((market, agent_id), 0)

    def total_owed(self) -> int:
        """All stakes and credits, counted anew from the records (RUN-20)."""
        return sum(agent.staked for agent in self.agents.values()) + sum(self.credits.values())

    # Rules used above

    def _contracts(self) -> AbstractSet[str]:
        return super()._contracts() | self.usable_at.keys()

    def _deposited(self, agent_id: int, amount: int, now: int) -> Agent:
        """The record after a deposit (STAKE-6, STAKE-7)."""
        if amount == 0:
            raise reverted("ZeroAmount")
        self._require_known(agent_id)
        agent = self.get_agent(agent_id)
        if agent.strikes >= BAN_STRIKES:
            raise reverted("AgentIsBanned", agent_id, agent.strikes)
        room = STAKE_MAX - agent.staked
        if amount > room:
            raise reverted("StakeTooLarge", amount, room)
        restake = agent.frozen and amount >= MIN_STAKE
        reached = agent.staked < MIN_STAKE <= agent.staked + amount
        return replace(
            agent,
            staked=agent.staked + amount,
            staked_at=now if restake or reached else agent.staked_at,
            frozen=agent.frozen and not restake,
        )

    def _unlock(self, agent_id: int, amount: int, market: str) -> None:
        self._require_lock(agent_id, amount, market)
        agent = self.get_agent(agent_id)
        self.locks[market, agent_id] -= amount
        self.agents[agent_id] = replace(agent, locked=agent.locked - amount)

    def _schedule(self, market: str, usable_at: int) -> None:
        if market == ZERO_ADDRESS or market in super()._contracts():
            raise reverted("InvalidMarket", market)
        if market in self.usable_at:
            raise reverted("MarketAlreadyScheduled", market, self.usable_at[market])
        self.usable_at[market] = usable_at
        self._emit("MarketScheduled", market, usable_at)

    def _require_known(self, agent_id: int) -> None:
        if not self.identity.exists(agent_id):
            raise reverted("AgentUnknown", agent_id)

    def _require_lock(self, agent_id: int, amount: int, market: str) -> None:
        locked = self.locked_by(market, agent_id)
        if amount > locked:
            raise reverted("LockExceeded", agent_id, market, amount, locked)

    def _require_market(self, sender: str, now: int) -> None:
        if not self.is_market(sender, now=now):
            raise reverted("NotMarket", sender)

    def _require_unstaker(self, agent_id: int, to: str, sender: str) -> None:
        """The NFT's owner to anywhere, an approved account to the owner only (STAKE-2)."""
        self._require_known(agent_id)
        owner = self.identity.agents[agent_id].owner
        if not self.identity.is_authorized_or_owner(sender, agent_id):
            raise reverted("NotAgentOwner", agent_id, sender)
        if owner not in (sender, to):
            raise reverted("UnstakeOnlyToOwner", agent_id, to, owner)


def _reduced(agent: Agent, amount: int) -> Agent:
    """The record with less stake; below MIN_STAKE its clock stops (STAKE-7)."""
    staked = agent.staked - amount
    return replace(agent, staked=staked, staked_at=agent.staked_at if staked >= MIN_STAKE else 0)
