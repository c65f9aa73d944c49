"""The twins under random calls of everybody: what must hold whatever happens.

1. Both vaults hold exactly what they owe (nobody donates here).
2. No USDC appears or vanishes.
3. A refused call changes nothing; errors are declared ones.
4. An agent's locks are those of its open claims, MIN_STAKE each, and of another market.
5. A run's state changes only along the table.
"""

from __future__ import annotations

import copy
import re

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agentescrow.domain.constants import DAY, MIN_STAKE, ONE_USDC
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import CLAIMED_STATES, FINAL_STATES, RunState
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import Reverted
from tests.twin.identity import IdentityView
from tests.twin.reverts import ERRORS, TOKEN_REFUSED
from tests.twin.run_escrow import RunEscrowTwin
from tests.twin.stake_registry import StakeRegistryTwin
from tests.twin.token import TokenLedger

PEOPLE = st.sampled_from(["poster", "agent", "outsider", "owner"])
PAYEES = st.sampled_from(["poster", "agent", "treasury", "escrow"])
RARELY = st.sampled_from([False, False, False, True])
TEXTS = st.sampled_from(["", "x", "x", "x"])
AMOUNTS = st.sampled_from([0, 1, MIN_STAKE - 1, MIN_STAKE, 3 * MIN_STAKE, 2**48])
SHARED = {"token", "identity", "registry"}
AGENT_IDS = st.integers(0, 2)
POSTS = st.sampled_from(["post_run", "create_run"])
REWARDS = [100 * ONE_USDC, ONE_USDC, 1]  # good ones first: that is what shrinking leads to
GOOD_TERMS = st.tuples(st.sampled_from(REWARDS), st.integers(1, 90), st.integers(0, 2), st.just(1))
ANY_TERMS = st.tuples(
    st.sampled_from([*REWARDS, 0, 2**48]),
    st.integers(0, 91),
    st.integers(0, 11),
    st.integers(0, 3),
)
CALLS = sorted({action.call for action in RUN_ACTIONS if action.sources})
AGENT_CALLS = ("claimRun", "startRun", "submitWork", "abandonRun")
TEXT_CALLS = ("submitWork", "requestRevision", "reject")
EDGES = {(source, row.target) for _, row in RUN_ACTIONS.transitions for source in row.sources}
BIRTHS = {row.target for _, row in RUN_ACTIONS.transitions if not row.sources}


class TwinMachine(RuleBasedStateMachine):
    """Calls with good and bad arguments alike; a refusal is an answer."""

    def __init__(self):
        super().__init__()
        self.now = 1_750_000_000
        self.token = TokenLedger("usdc")
        self.identity = IdentityView("identity")
        roles = {"owner": "owner", "forwarder": "forwarder"}
        self.registry = StakeRegistryTwin(
            "registry", self.token, self.identity, markets=["escrow"], **roles
        )
        self.escrow = RunEscrowTwin("escrow", self.registry, treasury="treasury", **roles)
        for account in ("poster", "agent", "outsider"):
            self.token.mint(account, 10_000 * ONE_USDC)
        for owner in ("agent", "outsider"):
            self.registry.stake(
                self.identity.register(owner), MIN_STAKE, sender=owner, now=self.now
            )
        self.supply = sum(self.token.balances.values())
        self.states: dict[int, RunState] = {}

    def attempt(self, call, *arguments, **keywords):
        """Make a call; a refusal is an answer, and changes nothing."""
        before = self.everything()
        try:
            call(*arguments, **keywords)
        except Reverted as answer:
            refusal = answer
        else:
            return
        assert refusal.name in {*ERRORS, TOKEN_REFUSED}
        assert self.everything() == before

    def everything(self):
        """What a call can change; records are immutable, so copies of the tables are enough."""
        vaults = [
            {key: copy.copy(value) for key, value in vars(vault).items() if key not in SHARED}
            for vault in (self.escrow, self.registry)
        ]
        return vaults, dict(self.token.balances), set(self.token.used_nonces)

    @rule(usdc_paused=RARELY, blacklisted=st.sets(PAYEES, max_size=1), escrow_paused=RARELY)
    def change_the_weather(self, usdc_paused, blacklisted, escrow_paused):
        """What stops money and entries for a while."""
        self.token.paused = usdc_paused
        self.token.blacklisted = {self.token.address, *blacklisted}
        if escrow_paused != self.escrow.paused:
            turn = self.escrow.pause if escrow_paused else self.escrow.unpause
            self.attempt(turn, sender="outsider")
            self.attempt(turn, sender="owner")

    @rule(agent_id=st.integers(0, 1), to=st.sampled_from(["agent", "outsider"]))
    def sell_agent(self, agent_id, to):
        self.identity.transfer(agent_id, to)

    @rule(agent_id=AGENT_IDS, amount=AMOUNTS, sender=PEOPLE)
    def stake(self, agent_id, amount, sender):
        self.attempt(self.registry.stake, agent_id, amount, sender=sender, now=self.now)

    @rule(agent_id=AGENT_IDS, amount=AMOUNTS, to=PEOPLE, sender=PEOPLE)
    def unstake(self, agent_id, amount, to, sender):
        self.attempt(self.registry.unstake, agent_id, amount, to, sender=sender)

    @rule(market=st.sampled_from(["market", "escrow"]), call=st.sampled_from(["add", "retire"]))
    def change_the_markets(self, market, call):
        """The owner's; one that was added and one of the constructor."""
        self.attempt(getattr(self.registry, f"{call}_market"), market, sender="owner")

    @rule(agent_id=AGENT_IDS, cap=AMOUNTS, sender=PEOPLE)
    def allow_the_market(self, agent_id, cap, sender):
        self.attempt(self.registry.allow_market, agent_id, "market", cap, sender=sender)

    @rule(
        agent_id=AGENT_IDS,
        amount=AMOUNTS,
        min_status=st.integers(0, 3),
        penalty=AMOUNTS,
        to=PAYEES,
        strike=st.booleans(),
    )
    def work_with_the_market(self, agent_id, amount, min_status, penalty, to, strike):
        """It locks for a claim or a bond, lets half go and slashes the rest."""
        by, half = {"sender": "market"}, amount // 2
        self.attempt(self.registry.lock, agent_id, amount, min_status, now=self.now, **by)
        self.attempt(self.registry.release, agent_id, half, min_status, **by)
        self.attempt(self.registry.slash, agent_id, amount - half, penalty, to, strike, **by)

    @initialize(terms=st.lists(GOOD_TERMS, min_size=2, max_size=4))
    def post_some(self, terms):
        for each in terms:
            self.post("post_run", each)

    @rule(call=POSTS, terms=GOOD_TERMS)
    def post(self, call, terms):
        self.attempt(getattr(self.escrow, call), self.make_terms(terms), "x", **self.by("poster"))

    @rule(call=POSTS, terms=ANY_TERMS, text=TEXTS, sender=PEOPLE)
    def post_anything(self, call, terms, text, sender):
        self.attempt(getattr(self.escrow, call), self.make_terms(terms), text, **self.by(sender))

    def make_terms(self, terms):
        reward, days, max_revisions, min_status = terms
        return RunTerms(reward, self.now + days * DAY, 1, max_revisions, min_status)

    def by(self, sender):
        return {"sender": sender, "now": self.now}

    @precondition(lambda self: self.escrow.runs)
    @rule(data=st.data(), seconds=st.integers(-1, 1))
    def wait_until_something_is_due(self, data, seconds):
        run = self.escrow.get_run(self.some_run(data))
        due_at = data.draw(st.sampled_from([run.deadline, run.due_at, run.abandon_ends_at]))
        self.now = max(self.now, due_at + seconds)

    @precondition(lambda self: self.living())
    @rule(data=st.data(), agent_id=st.integers(0, 1))
    def go_on_with_a_run(self, data, agent_id):
        """Calls that the gate lets pass, by whoever may make them, some when time is up."""
        run_id = data.draw(st.sampled_from(self.living()))
        for patient in data.draw(st.lists(RARELY, min_size=1, max_size=6)):
            run = self.escrow.get_run(run_id)
            passing = [call for call in CALLS if run.state in RUN_ACTIONS[call].sources]
            if not passing:
                return
            call = data.draw(st.sampled_from([each for each in passing if each != "cancelRun"]))
            if patient:
                self.now = max(self.now, run.due_at)
            wallet = run.wallet if run.claimed_at else self.registry.payout_wallet_of(agent_id)
            sender = wallet if call in AGENT_CALLS else "poster"
            self.call_run(call, run_id, agent_id, "x", sender)
            self.states_follow_the_table()

    def living(self):
        runs = self.escrow.runs.items()
        return [run_id for run_id, run in runs if run.state not in FINAL_STATES]

    @precondition(lambda self: self.escrow.runs)
    @rule(data=st.data(), call=st.sampled_from(CALLS), agent_id=AGENT_IDS, text=TEXTS, who=PEOPLE)
    def call_anything(self, data, call, agent_id, text, who):
        self.call_run(call, self.some_run(data), agent_id, text, who)

    def call_run(self, call, run_id, agent_id, text, sender):
        extra = {"claimRun": [agent_id]} | {key: [text] for key in TEXT_CALLS}
        keywords = {"now": self.now, "sender": sender}
        if call in ("startRun", "approve"):
            del keywords["now"]
        if call == "finalize":
            del keywords["sender"]
        method = getattr(self.escrow, re.sub("([A-Z])", r"_\1", call).lower())
        self.attempt(method, run_id, *extra.get(call, []), **keywords)

    @precondition(lambda self: self.escrow.fees or self.escrow.credits or self.registry.credits)
    @rule(sender=PEOPLE, to=PEOPLE)
    def collect(self, sender, to):
        self.attempt(self.escrow.withdraw_credit, to, sender=sender)
        self.attempt(self.registry.withdraw_credit, to, sender=sender)
        self.attempt(self.escrow.sweep_fees)

    def some_run(self, data):
        return data.draw(st.integers(1, self.escrow.run_count()))

    @invariant()
    def vaults_hold_what_they_owe(self):
        """RUN-20."""
        assert self.token.balance_of("escrow") == self.escrow.total_owed()
        assert self.token.balance_of("registry") == self.registry.total_owed()
        assert sum(self.token.balances.values()) == self.supply

    @invariant()
    def locks_are_those_of_open_claims(self):
        """STAKE-3, STAKE-4."""
        for agent_id, agent in self.registry.agents.items():
            claims = [
                run
                for run in self.escrow.runs.values()
                if run.state in CLAIMED_STATES and run.agent_id == agent_id
            ]
            locks = [self.registry.locked_by(market, agent_id) for market in ("escrow", "market")]
            assert locks[0] == MIN_STAKE * len(claims)
            assert agent.locked == sum(locks) <= agent.staked
            assert (agent.staked_at != 0) == agent.has_min_stake

    @invariant()
    def states_follow_the_table(self):
        """RUN-0 to RUN-17."""
        for run_id, run in self.escrow.runs.items():
            before = self.states.get(run_id)
            assert run.state in BIRTHS if before is None else True
            assert before in (None, run.state) or (before, run.state) in EDGES
            self.states[run_id] = run.state


TestTwinMachine = TwinMachine.TestCase
TestTwinMachine.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
