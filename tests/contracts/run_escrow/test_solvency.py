"""RUN-20: after every step the escrow holds what it owes, to the unit, and owes what its runs say.

given runs that take every path of the table, one step after another
├── balance, totalOwed and the sum over runs, credits and fees should be equal after each
└── also where USDC refuses every payout
given money that nobody owes (a donation)
├── it should neither credit nor block anything
└── it should be all that is left when everything has ended
given a run that was never funded
└── its end should touch no money
"""

from __future__ import annotations

from itertools import chain

import pytest

from agentescrow.domain.runs.run import FUNDED_STATES
from tests.contracts.clock import DAY
from tests.contracts.runs import MIN_STAKE, WORK

DONATION = 1_234_567


@pytest.fixture
def payees(poster, agent, treasury):
    """Everybody whom the steps pay."""
    return (poster, agent, treasury)


@pytest.fixture
def check(escrow, registry, usdc, payees, agent_id, rival_id):
    """`check(donated=0)`: both contracts are solvent, exactly."""

    def check(donated=0):
        owed = escrow.accruedFees() + sum(escrow.creditOf(payee) for payee in payees)
        for run_id in range(1, escrow.runCount() + 1):
            run = escrow.getRun(run_id)
            owed += run.reward + run.fee if run.state in FUNDED_STATES else 0
        assert escrow.totalOwed() == owed
        assert usdc.balanceOf(escrow) == owed + donated
        staked = sum(registry.getAgent(each).staked for each in (agent_id, rival_id))
        staked += sum(registry.creditOf(payee) for payee in payees)
        assert registry.totalOwed() == staked == usdc.balanceOf(registry)

    return check


class Life:
    """Runs that take every path between them, step by step."""

    def __init__(self, escrow, registry, clock, runs, poster, agent, agent_id, outsider) -> None:
        """Know who takes part."""
        self._escrow, self._clock, self._runs = escrow, clock, runs
        self._poster, self._agent, self._outsider = poster, agent, outsider
        self._ids = {}
        registry.stake(agent_id, 4 * MIN_STAKE, sender=agent)

    def working(self):
        """Everything but the ends that time brings: yields after each step."""
        yield self._make("approved", "draft", reward=1)
        yield self._call("approved", "fundRun")
        yield self._runs.claim(self._ids["approved"])
        yield self._call("approved", "startRun", by=self._agent)
        yield self._runs.submit(self._ids["approved"])
        yield self._make("abandoned", "claimed", reward=21)
        yield self._call("abandoned", "abandonRun", by=self._agent)
        yield self._call("approved", "approve")
        yield self._make("rejected", "submitted", reward=999_999, max_revisions=1)
        yield self._call("rejected", "requestRevision", "Change it.")
        yield self._call("rejected", "submitWork", WORK, by=self._agent)
        yield self._call("rejected", "reject", "No.")
        yield self._make("silent", "submitted", reward=2**48 - 1, review_days=1)
        yield self._make("slashed", "claimed", reward=7)
        yield self._make("cancelled", "claimed", reward=41, deadline=self._clock.now() + DAY)
        yield self._make("dropped", "draft")
        yield self._call("dropped", "cancelRun")

    def ending(self):
        """The ends that time brings: yields after each step."""
        yield self._late("silent", "finalize", by=self._outsider)
        yield self._late("cancelled", "cancelRun")
        yield self._late("slashed", "slash")
        yield self._late("abandoned", "cancelRun", by=self._outsider)

    def _make(self, name, factory, **terms):
        self._ids[name] = getattr(self._runs, factory)(**terms)

    def _call(self, name, call, *args, by=None):
        getattr(self._escrow, call)(self._ids[name], *args, sender=by or self._poster)

    def _late(self, name, call, by=None):
        run = self._escrow.getRun(self._ids[name])
        due_at = run.deadline if call == "cancelRun" else run.dueAt
        self._clock.at(max(due_at, self._clock.now() + 1))
        self._call(name, call, by=by)


@pytest.fixture
def life(escrow, registry, clock, runs, poster, agent, agent_id, outsider):
    """The runs that every test here takes to their ends."""
    return Life(escrow, registry, clock, runs, poster, agent, agent_id, outsider)


def test_solvency__every_path__owes_exactly_what_it_holds(escrow, outsider, life, check):
    """RUN-20, STAKE-8: in the end nothing is owed and nothing is left."""
    check()
    for _ in chain(life.working(), life.ending()):
        check()
    escrow.sweepFees(sender=outsider)
    check()
    assert escrow.totalOwed() == 0


def test_solvency__every_path_with_a_donation__leaves_the_donation_only(
    escrow, usdc, poster, outsider, life, check
):
    """RUN-20, RUN-24, threat "donations": internal accounting only."""
    usdc.transfer(escrow, DONATION, sender=poster)
    list(life.working())
    list(life.ending())
    escrow.sweepFees(sender=outsider)
    check(donated=DONATION)
    assert usdc.balanceOf(escrow) == DONATION


def test_solvency__every_payout_refused__owes_credits_instead(
    escrow, registry, poster, agent, payees, life, check, blacklist
):
    """RUN-16, RUN-20: what is refused stays owed, to the unit."""
    list(life.working())
    for payee in payees:
        blacklist(payee)
    for _ in life.ending():
        check()
    assert escrow.creditOf(agent) == 2**48 - 1
    assert escrow.creditOf(poster) == 8 + 44 + 23
    assert registry.creditOf(poster) == 8


def test_solvency__unfunded_draft_cancelled__touches_no_other_money(
    escrow, poster, runs, check, books
):
    """Threat "refund of a never-funded run"."""
    runs.open()
    draft = runs.draft(reward=2**48 - 1)
    with books.moves():
        escrow.cancelRun(draft, sender=poster)
    check()
