"""The rows of an indexer, made of the events and the times of their blocks, and nothing else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from agentescrow.domain.agent import Outcome
from agentescrow.domain.constants import MIN_STAKE, ZERO_ADDRESS
from agentescrow.domain.runs.run import RunState
from localnet.codec import Event


@dataclass
class RunRow:
    """What `getRun` returns, in its order."""

    poster: str
    state: RunState
    reward: int
    fee: int
    deadline: int
    review_days: int
    max_revisions: int
    revisions: int
    min_status: int
    agent_id: int = 0
    wallet: str = ZERO_ADDRESS
    claimed_at: int = 0
    submitted_at: int = 0
    due_at: int = 0
    abandoned: bool = False

    def words(self) -> tuple[Any, ...]:
        """The values of the view."""
        return astuple(self)


@dataclass
class AgentRow:
    """What `getAgent` returns, in its order."""

    staked: int = 0
    locked: int = 0
    staked_at: int = 0
    claims: int = 0
    completions: int = 0
    rejections: int = 0
    strikes: int = 0
    frozen: bool = False

    def words(self) -> tuple[Any, ...]:
        """The values of the view."""
        return astuple(self)


_ENDS = {
    "RunApproved": RunState.APPROVED,
    "RunRejected": RunState.REJECTED,
    "RunCancelled": RunState.CANCELLED,
    "RunSlashed": RunState.SLASHED,
}


class Rebuilt:
    """Runs, agents, credits and fees.

    Attributes:
        runs: By run id.
        credits: Base units by contract and account.
        fees: Base units earned and not swept.
        markets: Which are not retired.
    """

    def __init__(self, markets: Iterable[str]) -> None:
        """Know nothing yet but the markets of the constructor."""
        self.markets = set(markets)
        self._agents: defaultdict[int, AgentRow] = defaultdict(AgentRow)
        self.runs: dict[int, RunRow] = {}
        self.credits: Counter[tuple[str, str]] = Counter()
        self.fees = 0

    def agent(self, agent_id: int) -> AgentRow:
        """The row of an agent, all zeros where nothing is known."""
        return self._agents[agent_id]

    def learn(self, event: Event, now: int) -> None:
        """Take one event in, in the order of their emission.

        Args:
            event: One of StakeRegistry or RunEscrow.
            now: Unix seconds, the time of its block.
        """
        self._credit(event)
        self._market(event)
        if event.name == "RunCreated":
            self._created(event.args)
        elif "runId" in event.args:
            self._run(self.runs[event.args["runId"]], event, now)
        elif "agentId" in event.args and event.name != "MarketAllowed":
            self._stake(self.agent(event.args["agentId"]), event, now)

    def _credit(self, event: Event) -> None:
        values = event.args
        if event.name == "Credited":
            self.credits[event.address, values["account"]] += values["amount"]
        elif event.name == "CreditWithdrawn":
            self.credits[event.address, values["account"]] -= values["amount"]
        elif event.name == "RunApproved":
            self.fees += values["fee"]
        elif event.name == "FeesSwept":
            self.fees -= values["amount"]

    def _market(self, event: Event) -> None:
        if event.name == "MarketAdded":
            self.markets.add(event.args["market"])
        elif event.name == "MarketRetired":
            self.markets.remove(event.args["market"])

    def _created(self, v: Mapping[str, Any]) -> None:
        limits = (v["deadline"], v["reviewDays"], v["maxRevisions"], 0, v["minStatus"])
        row = RunRow(v["poster"], RunState.DRAFT, v["reward"], v["fee"], *limits)
        self.runs[v["runId"]] = row

    def _run(self, row: RunRow, event: Event, now: int) -> None:
        values = event.args
        match event.name:
            case "RunFunded":
                row.state = RunState.OPEN
            case "RunClaimed":
                row.state, row.claimed_at, row.due_at = RunState.CLAIMED, now, values["dueAt"]
                row.agent_id, row.wallet = values["agentId"], values["wallet"]
            case "RunStarted":
                row.state = RunState.IN_PROGRESS
            case "WorkSubmitted":
                row.state, row.submitted_at = RunState.SUBMITTED, now
                row.due_at = values["reviewEndsAt"]
            case "RevisionRequested":
                row.state, row.due_at = RunState.REVISION_REQUESTED, values["dueAt"]
                row.revisions = values["revision"]
            case "RunAbandoned":
                row.state, row.claimed_at, row.due_at = RunState.OPEN, 0, 0
                row.agent_id, row.wallet, row.abandoned = 0, ZERO_ADDRESS, True
            case ended:
                row.state, row.due_at = _ENDS[ended], 0

    def _stake(self, row: AgentRow, event: Event, now: int) -> None:
        amount = event.args["amount"]
        match event.name:
            case "Staked":
                self._staked(row, amount, now)
            case "Unstaked":
                self._reduced(row, amount)
            case "StakeLocked":
                row.locked += amount
                row.claims += event.args["minStatus"] != 0
            case "StakeReleased":
                row.locked -= amount
                row.completions += event.args["outcome"] == Outcome.COMPLETED
                row.rejections += event.args["outcome"] == Outcome.REJECTED
            case "StakeSlashed":
                row.locked -= amount
                self._reduced(row, event.args["penalty"])
                row.strikes = event.args["strikes"]
                row.frozen = row.frozen or event.args["strike"]

    def _staked(self, row: AgentRow, amount: int, now: int) -> None:
        """The clock starts with the minimum stake, anew where a frozen agent stakes it again."""
        restaked = row.frozen and amount >= MIN_STAKE
        if restaked or row.staked < MIN_STAKE <= row.staked + amount:
            row.staked_at = now
        row.frozen = row.frozen and not restaked
        row.staked += amount

    def _reduced(self, row: AgentRow, amount: int) -> None:
        row.staked -= amount
        if row.staked < MIN_STAKE:
            row.staked_at = 0
