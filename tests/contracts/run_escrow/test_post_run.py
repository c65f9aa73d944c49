"""postRun: a run exists and is funded by the caller's allowance.

given the contract is paused
└── it should revert
given it is not paused
├── when a term breaks a rule, or the description is empty
│   └── it should revert and pull nothing
├── when the allowance is too small
│   └── it should revert and leave no run
├── when the balance is too small
│   └── it should revert and leave no run
├── when USDC bars the poster, or stops all transfers
│   └── it should revert and leave no run
└── when the poster can pay
    ├── it should store the run in OPEN
    ├── it should emit RunCreated, then RunFunded
    ├── it should pull reward and fee, and owe both
    ├── it should round the fee up
    └── it should take the greatest reward
"""

from __future__ import annotations

import ape
import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.run_escrow.conftest import ZERO
from tests.contracts.run_escrow.violations import MAX_REWARD, VIOLATIONS, violations
from tests.contracts.runs import COST, FEE, IPFS, REWARD
from tests.contracts.texts import JUST_RIGHT, MAX_TEXT, TOO_LONG


def test_post_run__paused__reverts(escrow, poster, owner, terms):
    """RUN-18."""
    escrow.pause(sender=owner)
    with reverting(escrow.EnforcedPause):
        escrow.postRun(terms(), IPFS, sender=poster)


@pytest.mark.parametrize("rule", VIOLATIONS)
def test_post_run__rule_broken__reverts(escrow, poster, terms, clock, rule):
    """RUN-2."""
    now = clock.now() + 10
    changes, error, values = violations(now)[rule]
    clock.at(now)
    with reverting(getattr(escrow, error), **values):
        escrow.postRun(terms(**changes), IPFS, sender=poster)


def test_post_run__empty_description__reverts_and_pulls_nothing(escrow, poster, terms, books):
    """RUN-2."""
    with books.moves(), reverting(escrow.EmptyIpfsHash):
        escrow.postRun(terms(), "", sender=poster)


@pytest.mark.parametrize("text", TOO_LONG)
def test_post_run__description_too_long__reverts_and_pulls_nothing(
    escrow, poster, terms, books, text
):
    """RUN-27."""
    with (
        books.moves(),
        reverting(escrow.TextTooLong, length=len(text.encode()), max=MAX_TEXT),
    ):
        escrow.postRun(terms(), text, sender=poster)


@pytest.mark.parametrize("text", JUST_RIGHT)
def test_post_run__longest_description__passes(escrow, poster, terms, text):
    """RUN-27: counted in bytes."""
    tx = escrow.postRun(terms(), text, sender=poster)
    assert emitted(tx, escrow)[0][-1] == text


def test_post_run__allowance_one_unit_short__leaves_no_run(escrow, poster, usdc, terms, books):
    """Nothing is booked that was not paid."""
    usdc.approve(escrow, COST - 1, sender=poster)
    with books.moves(), ape.reverts("ERC20: transfer amount exceeds allowance"):
        escrow.postRun(terms(), IPFS, sender=poster)
    assert escrow.runCount() == 0


def test_post_run__balance_one_unit_short__leaves_no_run(escrow, relayer, usdc, terms, fund, books):
    """Nothing is booked that was not paid."""
    fund(relayer, COST - 1)
    usdc.approve(escrow, COST, sender=relayer)
    with books.moves(), ape.reverts("ERC20: transfer amount exceeds balance"):
        escrow.postRun(terms(), IPFS, sender=relayer)
    assert escrow.runCount() == 0


def test_post_run__poster_blacklisted__leaves_no_run(escrow, poster, terms, blacklist, books):
    """USDC's refusal to take money is the poster's, not the escrow's."""
    blacklist(poster)
    with books.moves(), ape.reverts("Blacklistable: account is blacklisted"):
        escrow.postRun(terms(), IPFS, sender=poster)
    assert escrow.runCount() == 0


def test_post_run__usdc_paused__leaves_no_run(escrow, poster, terms, pause_usdc, books):
    """As above."""
    pause_usdc()
    with books.moves(), ape.reverts("Pausable: paused"):
        escrow.postRun(terms(), IPFS, sender=poster)
    assert escrow.runCount() == 0


def test_post_run__poster_can_pay__stores_run_in_open(escrow, poster, terms, get_run):
    """RUN-1, RUN-23: an OPEN run has no agent and no time that runs."""
    posted = terms()
    tx = escrow.postRun(posted, IPFS, sender=poster)
    assert tx.return_value == 1
    assert get_run(1) == {
        "poster": poster.address,
        "state": 1,
        "reward": REWARD,
        "fee": FEE,
        "deadline": posted[1],
        "reviewDays": 7,
        "maxRevisions": 3,
        "revisions": 0,
        "minStatus": 1,
        "agentId": 0,
        "wallet": ZERO,
        "claimedAt": 0,
        "submittedAt": 0,
        "dueAt": 0,
        "abandoned": False,
    }


def test_post_run__poster_can_pay__emits_created_then_funded(escrow, poster, terms):
    """RUN-1: postRun emits RunCreated, then RunFunded."""
    posted = terms()
    tx = escrow.postRun(posted, IPFS, sender=poster)
    assert emitted(tx, escrow) == [
        ("RunCreated", 1, poster.address, REWARD, FEE, posted[1], 7, 3, 1, IPFS),
        ("RunFunded", 1, COST),
    ]


def test_post_run__poster_can_pay__pulls_reward_and_fee(escrow, poster, terms, books):
    """RUN-3, RUN-20."""
    with books.moves({poster: -COST}, owed=COST):
        escrow.postRun(terms(), IPFS, sender=poster)


@pytest.mark.parametrize(
    ("reward", "fee"),
    [(1, 1), (19, 1), (20, 1), (21, 2), (39, 2), (40, 2), (41, 3), (999_999, 50_000)],
)
def test_post_run__fee_with_a_fraction__is_rounded_up(escrow, poster, terms, books, reward, fee):
    """RUN-3: no run is free of the fee."""
    with books.moves({poster: -reward - fee}, owed=reward + fee):
        escrow.postRun(terms(reward=reward), IPFS, sender=poster)


@pytest.mark.parametrize("reward", [200_000_000_000_000, MAX_REWARD], ids=["200 million", "most"])
def test_post_run__greatest_rewards__are_held(escrow, poster, terms, books, get_run, reward):
    """RUN-2, RUN-20: at least 200 million USDC; what storage holds."""
    fee = -(-reward // 20)
    with books.moves({poster: -reward - fee}, owed=reward + fee):
        escrow.postRun(terms(reward=reward), IPFS, sender=poster)
    run = get_run(1)
    assert (run["reward"], run["fee"]) == (reward, fee)


def test_post_run__changed_by_the_poster_after_posting__is_impossible(escrow):
    """Threat "terms changed between quote and funding": no function changes a run's terms."""
    takers = {
        method.name
        for method in escrow.contract_type.abi
        if method.type == "function" and any(i.name == "terms" for i in method.inputs)
    }
    assert takers == {"createRun", "postRun", "postRunWithAuthorization"}
