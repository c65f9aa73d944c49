"""The executable twin of StakeRegistry: the same checks in the same order, the same money."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final, NamedTuple

from agentescrow.domain.agent import CLAIMING_STATUSES, Agent, AgentStatus, Outcome, status_of
from agentescrow.domain.constants import (
    BAN_STRIKES,
    CLAIMS_MAX,
    COMPLETIONS_MAX,
    MARKET_CAP_MAX,
    MIN_STAKE,
    OUTCOME_MAX,
    REJECTIONS_MAX,
    STAKE_MAX,
    STRIKES_MAX,
    UINT256_MAX,
    ZERO_ADDRESS,
)
from agentescrow.domain.runs.terms import MIN_STATUS_HIGHEST
from tests.twin.identity import IdentityView
from tests.twin.journal import Journal
from tests.twin.reverts import reverted
from tests.twin.token import Authorization, TokenLedger
from tests.twin.vault import UsdcVaultTwin

# A lock for which no status is asked, and no claim is counted: a bond (STAKE-11).
NO_STATUS: Final = 0


class Allowance(NamedTuple):
    """What an agent's owner has allowed a market that was added later (STAKE-9).

    Args:
        owner: Who allowed it; it binds only while the NFT is theirs.
        cap: Base units that the market may have locked at once.
    """

    owner: str
    cap: int


class StakeRegistryTwin(UsdcVaultTwin):
    """One method per contract function, in snake case; a refused call changes nothing.

    Attributes:
        agents: Records by agent id; a missing one is all zeros.
        locks: Base units that each (market, agent id) has locked (STAKE-3).
        founders: Markets of the constructor, which may lock everybody's stake (STAKE-9).
        added: Markets of later, which may lock what they are allowed.
        retired: Which of both take no claim more (STAKE-9).
        stopped: Accounts that have stopped claims of their own, markets or not (RUN-18).
        allowances: By (market, agent id), of added markets.
    """

    def __init__(
        self,
        address: str,
        token: TokenLedger,
        identity: IdentityView,
        *,
        owner: str,
        forwarder: str,
        markets: Iterable[str],
    ) -> None:
        super().__init__(
            address, token, identity, owner=owner, forwarder=forwarder, journal=Journal()
        )
        self.agents: dict[int, Agent] = {}
        self.locks: dict[tuple[str, int], int] = {}
        self.founders: set[str] = set()
        self.added: set[str] = set()
        self.retired: set[str] = set()
        self.stopped: set[str] = set()
        self.allowances: dict[tuple[str, int], Allowance] = {}
        for market in markets:
            self._add(market, self.founders)

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

    def allow_market(self, agent_id: int, market: str, cap: int, *, sender: str) -> None:
        """Let an added market lock up to `cap` of the agent's stake (STAKE-9)."""
        self._require_known(agent_id)
        owner = self.identity.agents[agent_id].owner
        if sender != owner:
            raise reverted("NotAgentOwner", agent_id, sender)
        self._require_allowable(market)
        locked = self.locked_by(market, agent_id)
        if cap > MARKET_CAP_MAX:
            raise reverted("CapTooLarge", cap, MARKET_CAP_MAX)
        if cap < locked:
            raise reverted("CapBelowLocked", agent_id, market, cap, locked)
        self.allowances[market, agent_id] = Allowance(owner, cap)
        self._emit("MarketAllowed", agent_id, market, cap)

    # Markets

    def lock(self, agent_id: int, amount: int, min_status: int, *, sender: str, now: int) -> None:
        """Bind available stake to a piece of work, or as a bond (STAKE-3, STAKE-4, STAKE-11)."""
        self._require_market(sender)
        if amount == 0:
            raise reverted("ZeroAmount")
        if not NO_STATUS <= min_status <= MIN_STATUS_HIGHEST:
            raise reverted("MinStatusOutOfRange", min_status, NO_STATUS, MIN_STATUS_HIGHEST)
        claim = min_status != NO_STATUS
        self._require_may_lock(agent_id, amount, sender, claim=claim)
        agent = self.get_agent(agent_id)
        status = status_of(agent, now)
        if claim and (status not in CLAIMING_STATUSES or status < min_status):
            raise reverted("StatusTooLow", agent_id, status, AgentStatus(min_status))
        if amount > agent.available:
            raise reverted("InsufficientStake", agent_id, agent.available, amount)
        self.locks[sender, agent_id] = self.locked_by(sender, agent_id) + amount
        self.agents[agent_id] = replace(
            agent, locked=agent.locked + amount, claims=min(agent.claims + claim, CLAIMS_MAX)
        )
        self._emit("StakeLocked", agent_id, sender, amount, min_status)

    def release(self, agent_id: int, amount: int, outcome: int, *, sender: str) -> None:
        """Free what the market locked itself (STAKE-3)."""
        self._require_market(sender)
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
        penalty: int,
        beneficiary: str,
        strike: bool,
        *,
        sender: str,
    ) -> None:
        """End a lock: its penalty goes to the injured, the rest is free (STAKE-6, STAKE-8)."""
        self._require_market(sender)
        if 0 in (amount, penalty):
            raise reverted("ZeroAmount")
        if penalty > amount:
            raise reverted("PenaltyTooLarge", penalty, amount)
        if beneficiary in (ZERO_ADDRESS, self.address):
            raise reverted("InvalidRecipient", beneficiary)
        self._unlock(agent_id, amount, sender)
        agent = _reduced(self.get_agent(agent_id), penalty)
        if strike:
            agent = replace(agent, strikes=min(agent.strikes + 1, STRIKES_MAX), frozen=True)
        self.agents[agent_id] = agent
        values = (agent_id, sender, beneficiary, amount, penalty, strike, agent.strikes)
        self._emit("StakeSlashed", *values)
        self._pay(beneficiary, penalty)

    def stop_claims(self, stopped: bool, *, sender: str) -> None:
        """Let a market refuse claims of its own, or take them again (RUN-18)."""
        (self.stopped.add if stopped else self.stopped.discard)(sender)

    # Owner

    def add_market(self, market: str, *, sender: str) -> None:
        """Name a market that may lock what agents' owners allow it (STAKE-9)."""
        self._require_owner(sender)
        self._add(market, self.added)

    def retire_market(self, market: str, *, sender: str) -> None:
        """Let a market take no claim more, and an added one lock nothing more (STAKE-9)."""
        self._require_owner(sender)
        if market not in self.markets():
            raise reverted("MarketUnknown", market)
        if market in self.retired:
            raise reverted("MarketIsRetired", market)
        self.retired.add(market)
        self._emit("MarketRetired", market)

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

    def markets(self) -> frozenset[str]:
        """All that ever were; not a view of the contract."""
        return frozenset(self.founders | self.added)

    def is_market(self, market: str) -> bool:
        """Whether the account is a market that has not been retired."""
        return market in self.markets() - self.retired

    def market_allowance(self, agent_id: int, market: str) -> int:
        """Base units of the agent's stake that the market may hold locked in all (STAKE-9)."""
        if market in self.founders:
            return MARKET_CAP_MAX
        return self._allowance(agent_id, market) if self.is_market(market) else 0

    def allows_claim(self, agent_id: int, market: str, amount: int) -> bool:
        """Whether the market may lock so much for a claim, whatever status and stake are."""
        return self.is_market(market) and (
            market in self.founders
            or self.locked_by(market, agent_id) + amount <= self._allowance(agent_id, market)
        )

    def belongs_to_system(self, account: str) -> bool:
        """Whether it is a contract of ours, or a market, to which nobody's money goes (RUN-26)."""
        return account in self.contracts()

    def contracts(self) -> AbstractSet[str]:
        """The contracts of the system, with all markets (RUN-26)."""
        return super().contracts() | self.markets()

    def locked_by(self, market: str, agent_id: int) -> int:
        """Base units that one market holds of the agent's stake; not a view of the contract."""
        return self.locks.get((market, agent_id), 0)

    def total_owed(self) -> int:
        """All stakes and credits, counted anew from the records (RUN-20)."""
        return sum(agent.staked for agent in self.agents.values()) + sum(self.credits.values())

    # Rules used above

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

    def _add(self, market: str, to: set[str]) -> None:
        if market == ZERO_ADDRESS or market in super().contracts():
            raise reverted("InvalidMarket", market)
        if market in self.retired:
            raise reverted("MarketIsRetired", market)
        if market in self.markets():
            raise reverted("MarketAlreadyAdded", market)
        to.add(market)
        self._emit("MarketAdded", market)

    def _require_known(self, agent_id: int) -> None:
        if not self.identity.exists(agent_id):
            raise reverted("AgentUnknown", agent_id)

    def _require_lock(self, agent_id: int, amount: int, market: str) -> None:
        locked = self.locked_by(market, agent_id)
        if amount > locked:
            raise reverted("LockExceeded", agent_id, market, amount, locked)

    def _require_market(self, sender: str) -> None:
        if sender not in self.markets():
            raise reverted("NotMarket", sender)

    def _require_may_lock(self, agent_id: int, amount: int, market: str, *, claim: bool) -> None:
        """What a retired market, a stopped one and an added one may lock (STAKE-9)."""
        if market in self.retired and (claim or market in self.added):
            raise reverted("MarketIsRetired", market)
        if market in self.stopped and claim:
            raise reverted("ClaimsStopped", market)
        if market in self.founders:
            return
        required = min(self.locked_by(market, agent_id) + amount, UINT256_MAX)
        allowance = self._allowance(agent_id, market)
        if required > allowance:
            raise reverted("MarketNotAllowed", agent_id, market, required, allowance)

    def _require_allowable(self, market: str) -> None:
        """Consent is for added markets that still lock."""
        if market not in self.markets():
            raise reverted("MarketUnknown", market)
        if market in self.founders:
            raise reverted("MarketNeedsNoAllowance", market)
        if market in self.retired:
            raise reverted("MarketIsRetired", market)

    def _allowance(self, agent_id: int, market: str) -> int:
        """What the NFT's present owner has allowed; no answer of the registry is no consent."""
        allowance = self.allowances.get((market, agent_id))
        nft = self.identity.agents.get(agent_id)
        if allowance is None or nft is None or nft.owner != allowance.owner:
            return 0
        return allowance.cap

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
