"""Each call of a run's life at its limit in time, one second early and one second late."""

from __future__ import annotations

import pytest

from agentescrow.domain import constants
from agentescrow.domain.constants import ABANDON_WINDOW, CLAIM_TIMEOUT, DAY, MIN_STAKE
from agentescrow.domain.runs.run import RunState
from tests.in_process.refusal import refused
from tests.in_process.system import COST, IPFS
from tests.stateful import people


def _at(system, moment: int, sender, function: str, *args):
    """Send a transaction at a moment."""
    system.chain.next_timestamp = moment
    return system.escrow.send(sender, function, *args)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MIN_STAKE", MIN_STAKE),
        ("ESTABLISHED_AFTER", constants.ESTABLISHED_AFTER),
        ("ESTABLISHED_COMPLETIONS", constants.ESTABLISHED_COMPLETIONS),
        ("BAN_STRIKES", constants.BAN_STRIKES),
    ],
)
def test_constant__is_the_domains(system, name, value):
    """One number in both places."""
    assert system.registry.view(name) == value


def test_immutables__numbers__are_the_domains(system):
    """One number in both places."""
    _, _, _, *numbers = system.escrow.view("immutables")
    assert numbers == [
        constants.PLATFORM_FEE_BPS,
        MIN_STAKE,
        CLAIM_TIMEOUT,
        ABANDON_WINDOW,
        constants.DEADLINE_MAX_AHEAD,
        constants.REVIEW_DAYS_MAX,
        constants.MAX_REVISIONS_MAX,
        constants.MIN_COUNTED_REWARD,
        constants.MAX_TEXT,
    ]


def test_claim__until_the_deadline(system):
    """RUN-5."""
    deadline = system.chain.now + DAY
    first, second = (system.open(deadline=deadline) for _ in range(2))
    draft = system.draft(deadline=deadline)
    claimed = _at(
        system, deadline - 1, people.agent_owner, "claimRun", first, system.agent_id
    ).named("RunClaimed")

    assert tuple(claimed[0].args.values()) == (
        first,
        system.agent_id,
        people.agent_owner.address,
        MIN_STAKE,
        deadline - 1 + CLAIM_TIMEOUT,
    )
    assert system.escrow.view("getRun", first)[11] == deadline - 1
    values = {"deadline": deadline, "timestamp": deadline}
    with refused("DeadlinePassed", runId=second, **values):
        _at(system, deadline, people.agent_owner, "claimRun", second, system.agent_id)
    with refused("DeadlinePassed", runId=draft, **values):
        _at(system, deadline, people.poster, "fundRun", draft)


def test_abandon__for_a_day_and_once(system):
    """RUN-17."""
    run_id = system.claimed()
    ends_at = system.chain.now + ABANDON_WINDOW
    before = system.chain.snapshot()
    with refused("AbandonWindowOver", runId=run_id, windowEndsAt=ends_at, timestamp=ends_at):
        _at(system, ends_at, people.agent_owner, "abandonRun", run_id)
    system.chain.revert(before)
    with refused("NotAgent", runId=run_id, caller=people.outsider):
        system.escrow.send(people.outsider, "abandonRun", run_id)

    receipt = _at(system, ends_at - 1, people.agent_owner, "abandonRun", run_id)

    assert [tuple(event.args.values()) for event in receipt.named("RunAbandoned")] == [
        (run_id, system.agent_id)
    ]
    assert system.escrow.view("getRun", run_id)[1] == RunState.OPEN
    assert system.registry.view("availableStake", system.agent_id) == 4 * MIN_STAKE
    assert system.escrow.view("getRun", run_id)[14] is True
    system.escrow.send(people.agent_owner, "claimRun", run_id, system.agent_id)
    assert system.escrow.view("getRun", run_id)[14] is True
    with refused("AlreadyAbandoned", runId=run_id):
        system.escrow.send(people.agent_owner, "abandonRun", run_id)


def test_cancel__by_whom_and_when(system):
    """RUN-13."""
    deadline = system.chain.now + DAY
    opened, claimed = system.open(deadline=deadline), system.claimed(deadline=deadline)
    draft = system.draft(deadline=deadline)
    owed = system.escrow.view("totalOwed")
    stranger = {"caller": people.outsider, "poster": people.poster}
    with refused("NotPoster", runId=opened, **stranger):
        _at(system, deadline - 1, people.outsider, "cancelRun", opened)
    with refused("BeforeDeadline", runId=claimed, deadline=deadline, timestamp=deadline - 1):
        _at(system, deadline - 1, people.poster, "cancelRun", claimed)
    for run_id in (claimed, draft):
        with refused("NotPoster", runId=run_id, **stranger):
            _at(system, deadline, people.outsider, "cancelRun", run_id)

    refunds = [
        _at(system, deadline, people.outsider, "cancelRun", opened),
        _at(system, deadline, people.poster, "cancelRun", claimed),
        _at(system, deadline, people.poster, "cancelRun", draft),
    ]

    assert [r.named("RunCancelled")[0].args["refund"] for r in refunds] == [COST, COST, 0]
    assert owed == 2 * COST
    assert system.escrow.view("totalOwed") == system.balance(system.escrow) == 0
    assert system.registry.view("getAgent", system.agent_id)[1] == 0
    for run_id in (opened, claimed, draft):
        assert system.escrow.view("getRun", run_id)[1] == RunState.CANCELLED


@pytest.mark.parametrize("function", ["reject", "requestRevision"])
def test_review__until_it_ends(system, function):
    """RUN-14."""
    run_id = system.submitted(review_days=1, max_revisions=int(function == "requestRevision"))
    ends_at = system.chain.now + DAY
    empty = {"reject": "EmptyReason", "requestRevision": "EmptyFeedback"}[function]
    before = system.chain.snapshot()
    with refused("NotPoster", runId=run_id, caller=people.outsider, poster=people.poster):
        system.escrow.send(people.outsider, function, run_id, "No.")
    with refused(empty, runId=run_id):
        system.escrow.send(people.poster, function, run_id, "")
    with refused("ReviewOver", runId=run_id, reviewEndsAt=ends_at, timestamp=ends_at):
        _at(system, ends_at, people.poster, function, run_id, "No.")
    system.chain.revert(before)

    _at(system, ends_at - 1, people.poster, function, run_id, "No.")


def test_revisions__used_up_before_a_rejection(system):
    """RUN-11, RUN-12."""
    run_id = system.submitted(max_revisions=1, deadline=system.chain.now + 30 * DAY)
    with refused("RevisionsLeft", runId=run_id, revisions=0, maxRevisions=1):
        system.escrow.send(people.poster, "reject", run_id, "No.")
    receipt = system.escrow.send(people.poster, "requestRevision", run_id, "More.")
    [requested] = receipt.named("RevisionRequested")
    due = receipt.timestamp + CLAIM_TIMEOUT
    assert tuple(requested.args.values()) == (run_id, 1, due, "More.")
    assert system.escrow.view("slashableAt", run_id) == due
    assert system.escrow.view("reviewEndsAt", run_id) == 0
    system.escrow.send(people.agent_owner, "submitWork", run_id, IPFS)
    assert system.escrow.view("slashableAt", run_id) == 0
    with refused("NoRevisionsLeft", runId=run_id, maxRevisions=1):
        system.escrow.send(people.poster, "requestRevision", run_id, "More.")

    receipt = system.escrow.send(people.poster, "reject", run_id, "No.")

    [rejected] = receipt.named("RunRejected")
    assert tuple(rejected.args.values()) == (run_id, system.agent_id, COST, "No.")
    assert system.registry.view("getAgent", system.agent_id)[3:6] == (1, 0, 1)


@pytest.mark.parametrize("ahead", [DAY, 90 * DAY])
def test_revision__takes_seven_days_whatever_the_deadline(system, ahead):
    """RUN-12."""
    run_id = system.submitted(max_revisions=1, deadline=system.chain.now + ahead)
    asked_at = system.escrow.send(people.poster, "requestRevision", run_id, "More.").timestamp
    due = asked_at + CLAIM_TIMEOUT
    assert system.escrow.view("slashableAt", run_id) == due
    assert system.escrow.view("getRun", run_id)[13] == due
    with refused("NotOverdue", runId=run_id, slashableAt=due, timestamp=due - 1):
        _at(system, due - 1, people.poster, "slash", run_id)

    _at(system, due, people.poster, "slash", run_id)

    assert system.escrow.view("getRun", run_id)[1] == RunState.SLASHED


@pytest.mark.parametrize("late", [0, 1])
def test_reject__first_submission__may_be_late(system, late):
    """RUN-11: from the deadline on it may be rejected at once."""
    run_id = system.claimed(max_revisions=1)
    deadline = system.escrow.view("getRun", run_id)[4]
    _at(system, deadline - 1 + late, people.agent_owner, "submitWork", run_id, IPFS)

    if late:
        system.escrow.send(people.poster, "reject", run_id, "Too late.")
    else:
        with refused("RevisionsLeft", runId=run_id, revisions=0, maxRevisions=1):
            system.escrow.send(people.poster, "reject", run_id, "Too late.")


def test_slashable__long_before_a_far_deadline__is_the_deadline(system):
    """RUN-9: seven days, and not before the deadline."""
    far = system.chain.now + 30 * DAY
    run_id = system.claimed(deadline=far)

    assert system.escrow.view("slashableAt", run_id) == far
    system.escrow.send(people.agent_owner, "startRun", run_id)
    assert system.escrow.view("slashableAt", run_id) == far
    assert system.escrow.view("reviewEndsAt", run_id) == 0


def test_views__of_each_state(system):
    """RUN-9, RUN-14: whose turn it is, and until when."""
    escrow = system.escrow
    runs = {
        RunState.DRAFT: system.draft(),
        RunState.OPEN: system.open(),
        RunState.APPROVED: system.approved(),
    }
    for state, run_id in runs.items():
        run = escrow.view("getRun", run_id)
        assert run[1] == state
        assert escrow.view("slashableAt", run_id) == escrow.view("reviewEndsAt", run_id) == 0
        assert run[13] == 0
        assert bool(run[11]) == (state == RunState.APPROVED)
        assert run[14] is False
    for view in ("getRun", "slashableAt", "reviewEndsAt"):
        with refused("RunUnknown", runId=99):
            escrow.view(view, 99)
    with refused("RunUnknown", runId=99):
        escrow.view("claimEligibility", 99, system.agent_id)
    assert escrow.view("runCount") == 3


def test_stake__anybody_for_an_agent_that_exists(system):
    """STAKE-1."""
    receipt = system.registry.send(people.agent_owner, "stake", 0, 7)

    [staked] = receipt.named("Staked")
    assert tuple(staked.args.values()) == (0, people.agent_owner.address, 7)
    assert system.registry.view("availableStake", 0) == 7
    assert system.registry.view("isOperator", system.agent_id, people.agent_owner)
    assert not system.registry.view("isOperator", system.agent_id, people.outsider)
    with refused("AgentUnknown", agentId=99):
        system.registry.view("payoutWalletOf", 99)
    with refused("AgentUnknown", agentId=99):
        system.registry.send(people.agent_owner, "stake", 99, 7)
    assert not system.registry.view("isOperator", 99, people.agent_owner)
