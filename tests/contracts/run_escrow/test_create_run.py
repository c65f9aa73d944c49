"""createRun: a run exists, unfunded.

given the contract is paused
└── it should revert
given it is not paused
├── when a term breaks a rule
│   └── it should revert with the value and the limit, one error a rule
├── when the description is empty
│   └── it should revert
└── when the terms are good
    ├── it should store them for the caller, in DRAFT
    ├── it should emit RunCreated and nothing else
    ├── it should move no money, also for a poster who has none
    ├── it should number runs from 1
    ├── it should take the least and the most of every term
    └── it should take any description
"""

from __future__ import annotations

import pytest

from tests.contracts.clock import DAY
from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.conftest import ZERO
from tests.contracts.run_escrow.violations import MAX_AHEAD, MAX_REWARD, VIOLATIONS, violations
from tests.contracts.runs import IPFS
from tests.contracts.texts import JUST_RIGHT, MAX_TEXT, TOO_LONG


def test_create_run__paused__reverts(escrow, poster, owner, terms):
    """RUN-18."""
    escrow.pause(sender=owner)
    with reverting(escrow.EnforcedPause):
        escrow.createRun(terms(), IPFS, sender=poster)


@pytest.mark.parametrize("rule", VIOLATIONS)
def test_create_run__rule_broken__reverts(escrow, poster, terms, clock, rule):
    """RUN-2: each violation has its own error, with the value and the limit."""
    now = clock.now() + 10
    changes, error, values = violations(now)[rule]
    clock.at(now)
    with reverting(getattr(escrow, error), **values):
        escrow.createRun(terms(**changes), IPFS, sender=poster)
    assert escrow.runCount() == 0


def test_create_run__empty_description__reverts(escrow, poster, terms):
    """RUN-2, RUN-27."""
    with reverting(escrow.EmptyIpfsHash):
        escrow.createRun(terms(), "", sender=poster)


@pytest.mark.parametrize("text", TOO_LONG)
def test_create_run__description_too_long__reverts(escrow, poster, terms, text):
    """RUN-27 (threat: drafts, which cost nothing but gas, bloat every list)."""
    with reverting(escrow.TextTooLong, length=len(text.encode()), max=MAX_TEXT):
        escrow.createRun(terms(), text, sender=poster)


@pytest.mark.parametrize("text", JUST_RIGHT)
def test_create_run__longest_description__passes(escrow, poster, terms, text):
    """RUN-27: counted in bytes."""
    tx = escrow.createRun(terms(), text, sender=poster)
    assert emitted(tx, escrow)[0][-1] == text


def test_create_run__good_terms__stores_them_in_draft(escrow, poster, clock, get_run, books):
    """RUN-1, RUN-3, RUN-23: a DRAFT has no agent and no time that runs; no money moves."""
    deadline = clock.now() + 20 * DAY
    with books.moves():
        escrow.createRun((12_345_678, deadline, 14, 2, 2), IPFS, sender=poster)
    assert get_run(1) == {
        "poster": poster.address,
        "state": 0,
        "reward": 12_345_678,
        "fee": 617_284,
        "deadline": deadline,
        "reviewDays": 14,
        "maxRevisions": 2,
        "revisions": 0,
        "minStatus": 2,
        "agentId": 0,
        "wallet": ZERO,
        "claimedAt": 0,
        "submittedAt": 0,
        "dueAt": 0,
        "abandoned": False,
    }


def test_create_run__good_terms__emits_run_created_alone(escrow, poster, clock):
    """RUN-1: the description is in the event, not in storage."""
    deadline = clock.now() + 20 * DAY
    tx = escrow.createRun((12_345_678, deadline, 14, 2, 2), IPFS, sender=poster)
    created = ("RunCreated", 1, poster.address, 12_345_678, 617_284, deadline, 14, 2, 2, IPFS)
    assert emitted(tx, escrow) == [created]
    assert len(tx.logs) == 1


def test_create_run__poster_without_money__succeeds(escrow, relayer, usdc, terms, get_run):
    """A DRAFT costs nothing."""
    assert usdc.balanceOf(relayer) == 0
    escrow.createRun(terms(), IPFS, sender=relayer)
    assert get_run(1)["poster"] == relayer.address


def test_create_run__several__numbers_them_from_one(escrow, poster, outsider, terms, get_run):
    """Ids start at 1, whoever posts."""
    assert escrow.runCount() == 0
    for number, who in enumerate((poster, outsider, poster), start=1):
        tx = escrow.createRun(terms(), IPFS, sender=who)
        assert tx.return_value == number
        assert escrow.runCount() == number
        assert get_run(number)["poster"] == who.address


@pytest.mark.parametrize(
    ("reward", "ahead", "review_days", "max_revisions", "min_status"),
    [(1, 1, 1, 0, 1), (MAX_REWARD, MAX_AHEAD, 30, 10, 2)],
    ids=["least", "most"],
)
def test_create_run__at_the_limits__succeeds(
    escrow, poster, clock, get_run, reward, ahead, review_days, max_revisions, min_status
):
    """RUN-0, RUN-2, RUN-3: every limit is inclusive; the fee of one unit is one unit."""
    now = clock.now() + 10
    clock.at(now)
    terms = (reward, now + ahead, review_days, max_revisions, min_status)
    escrow.createRun(terms, IPFS, sender=poster)
    run = get_run(1)
    stored = ("reward", "deadline", "reviewDays", "maxRevisions", "minStatus")
    assert tuple(run[name] for name in stored) == terms
    assert run["fee"] == -(-reward * 500 // 10_000)


@pytest.mark.parametrize(
    "text", ["x", "données 数据 🚀", "a" * 2_000], ids=["short", "unicode", "long"]
)
def test_create_run__any_description__is_in_the_event(escrow, poster, terms, text):
    """RUN-2: whatever is not empty."""
    tx = escrow.createRun(terms(), text, sender=poster)
    assert emitted(tx, escrow)[0][-1] == text
