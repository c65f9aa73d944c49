"""What all rules share: the world of the example, and who and which is meant by what was drawn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from agentescrow.domain.agent import CLAIMING_STATUSES
from agentescrow.domain.constants import BAN_STRIKES, MIN_STAKE, ZERO_ADDRESS
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import FINAL_STATES, Run
from agentescrow.domain.runs.terms import RunTerms
from tests.stateful import people
from tests.stateful.exits import everybody_leaves
from tests.stateful.ground import Ground
from tests.stateful.offers import Nowhere, Offer, Part
from tests.stateful.outcome import Outcome, Tally, Via
from tests.stateful.people import BY_ADDRESS, Person
from tests.stateful.world import World

CALLS = (
    "fundRun",
    "claimRun",
    "startRun",
    "submitWork",
    "approve",
    "requestRevision",
    "reject",
    "finalize",
    "slash",
    "cancelRun",
    "abandonRun",
)
WITH_TEXT = {"submitWork", "requestRevision", "reject"}
AGENTS_CALLS = {"claimRun", "startRun", "submitWork", "abandonRun"}

_T = TypeVar("_T")


class Stage(RuleBasedStateMachine):
    """Base of all machines. A test sets the ground and the tally of a subclass."""

    ground: ClassVar[Ground]
    tally: ClassVar[Tally]

    def __init__(self) -> None:
        """Begin an example."""
        super().__init__()
        self.world = World(self.ground, self.tally)
        self.twin = self.world.twin
        self.escrow = self.ground.escrow
        self.registry = self.ground.registry
        self.agents = self.ground.agent_ids

    def teardown(self) -> None:
        """Compare everything; then everybody takes out what is theirs (RUN-15)."""
        if self.world.in_a_step:
            return  # it has failed already, and says where
        self.world.comparison.everything()
        everybody_leaves(self.world)
        self.tally.examples += 1

    # Which

    def runs_for(self, call: str) -> list[int]:
        """Runs in a state in which the transition table allows the call."""
        states = RUN_ACTIONS[call].sources
        return [run_id for run_id, run in self.twin.escrow.runs.items() if run.state in states]

    def run_for(self, call: str, pick: int) -> int:
        """One of them."""
        return self.one_of(self.runs_for(call), pick)

    def one_of(self, ids: Iterable[_T], pick: int) -> _T:
        """One of several."""
        known = list(ids)
        return known[pick % len(known)]

    def agent_for(self, run: Run, pick: int) -> int:
        """An agent that may claim the run, if there is one; else any."""
        registry = self.twin.registry
        ready = [
            agent_id
            for agent_id in self.agents
            if registry.available_stake(agent_id) >= MIN_STAKE
            and registry.status_of(agent_id, now=self.world.now) in CLAIMING_STATUSES
            and registry.status_of(agent_id, now=self.world.now) >= run.min_status
            and not registry.is_operator(agent_id, run.poster)
        ]
        return self.one_of(ready or self.agents, pick)

    def fit_agent_for(self, run: Run, pick: int) -> int:
        """The same; where no agent may, somebody stakes for one that only lacks a stake."""
        agent_id = self.agent_for(run, pick)
        self.stake_where_it_lacks(agent_id)
        return agent_id

    def stake_where_it_lacks(self, agent_id: int) -> None:
        """Let somebody stake for an agent that is frozen or has no stake left for a claim."""
        agent = self.twin.registry.get_agent(agent_id)
        lacks_stake = agent.frozen or agent.available < MIN_STAKE
        if lacks_stake and agent.strikes < BAN_STRIKES and self.world.silent_agents is None:
            self.act_registry(people.rich_poster, "stake", agent_id, MIN_STAKE)

    # Who

    def who(self, by: Part | Person, run: Run | None = None, agent_id: int = 0) -> Person:
        """The person that plays a part just now; an outsider where nobody does."""
        if isinstance(by, Person):
            return by
        if by is Part.POSTER and run is not None:
            return BY_ADDRESS[run.poster]
        if by is Part.WALLET and run is not None and run.wallet in BY_ADDRESS:
            return BY_ADDRESS[run.wallet]
        return BY_ADDRESS.get(self._holder(by, agent_id), people.outsider)

    def _holder(self, by: Part, agent_id: int) -> str:
        identity = self.twin.identity
        nft = identity.agents.get(agent_id)
        if nft is None:
            return ""
        operators = sorted(
            operator for holder, operator in identity.operators if holder == nft.owner
        )
        approved = nft.approved if nft.approved in BY_ADDRESS else ""
        return {
            Part.WALLET: identity.payout_wallet(agent_id),
            Part.NFT_OWNER: nft.owner,
            Part.OPERATOR: approved or (operators or [""])[0],
        }.get(by, "")

    def holder_of(self, agent_id: int) -> Person:
        """The NFT's owner."""
        return BY_ADDRESS[self.twin.identity.agents[agent_id].owner]

    def place(self, to: Person | Nowhere) -> str:
        """The address of a receiver."""
        if isinstance(to, Person):
            return to.address
        if to in (Nowhere.SECOND_MARKET, Nowhere.THIRD_MARKET):
            return str(getattr(people, to.value).address)
        return ZERO_ADDRESS if to is Nowhere.ZERO else str(getattr(self.ground, to.value).address)

    # What

    def run(self, run_id: int) -> Run:
        """A run as the rules know it."""
        return self.twin.escrow.runs[run_id]

    def act(self, sender: Person, function: str, *args: Any, **how: Any) -> Outcome:
        """Call RunEscrow."""
        return self.world.act(sender, self.escrow, function, *args, **how)

    def act_registry(self, sender: Person, function: str, *args: Any, **how: Any) -> Outcome:
        """Call StakeRegistry."""
        return self.world.act(sender, self.registry, function, *args, **how)

    def identity(self, words: str, holder: Person, function: str, *args: object) -> None:
        """Let an NFT's owner do something at the identity registry; the caller tells the twin."""
        self.world.circumstance(words, self.ground.identity, holder.address, function, *args)

    def sold(self, agent_id: int, to: Person) -> None:
        """Let an NFT change hands."""
        holder = self.holder_of(agent_id)
        words = f"{holder} sells agent {agent_id} to {to}"
        self.identity(words, holder, "transferFrom", holder, to, agent_id)
        self.twin.identity.transfer(agent_id, to.address)
        self.world.comparison.after_change_of_people(agent_id)

    def live_runs(self) -> list[int]:
        """Runs that have not ended."""
        return [
            run_id for run_id, run in self.twin.escrow.runs.items() if run.state not in FINAL_STATES
        ]

    def limit_of(self, call: str, run: Run) -> int:
        """The moment that a call has to do with."""
        if call in ("fundRun", "claimRun", "cancelRun"):
            return run.deadline
        return run.abandon_ends_at if call == "abandonRun" else run.due_at

    def terms(self, offer: Offer) -> RunTerms:
        """Terms that are sent in the next block."""
        return offer.terms(self.world.now + self.ground.chain.step)

    def rest_of(self, call: str, agent_id: int) -> tuple[int | str, ...]:
        """The arguments of a call that come after the run's id."""
        if call == "claimRun":
            return (agent_id,)
        return ("ipfs://text",) if call in WITH_TEXT else ()

    def call_by_poster(
        self,
        call: str,
        run_id: int,
        by: Part | Person,
        offset: int | None,
        limit: int,
        via: Via,
        *rest: str,
    ) -> None:
        """Call what is the poster's, around a limit."""
        at = self.world.moment(offset, limit)
        self.act(self.who(by, self.run(run_id)), call, run_id, *rest, at=at, via=via)

    def call_by_agent(
        self,
        call: str,
        run_id: int,
        rest: tuple[str, ...],
        by: Part | Person,
        offset: int | None,
        limit: int,
        via: Via,
    ) -> None:
        """Call what is the agent's, around a limit."""
        run = self.run(run_id)
        at = self.world.moment(offset, limit)
        self.act(self.who(by, run, run.agent_id), call, run_id, *rest, at=at, via=via)
