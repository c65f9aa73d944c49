"""A token that calls back from within a transfer.

when it calls a function that touches money
    it should revert with ReentrancyGuardReentrantCall, whatever transfer it was
when the transfer is a payout
    it should credit instead, once
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import DAY, MIN_STAKE, ZERO_ADDRESS
from tests.in_process.refusal import refused
from tests.in_process.system import COST, IPFS, REWARD
from tests.stateful import people

_AUTHORIZATION = (ZERO_ADDRESS, 0, 0, bytes(32), b"")
_TERMS = (REWARD, 0, 7, 3, 1)
_OF_REGISTRY = {
    "stake": (0, 1),
    "stakeWithAuthorization": (0, 1, _AUTHORIZATION),
    "unstake": (0, 1, ZERO_ADDRESS),
    "lock": (0, 1, 1),
    "release": (0, 1, 0),
    "slash": (0, 1, 1, ZERO_ADDRESS, True),
    "withdrawCredit": (ZERO_ADDRESS,),
}
_OF_ESCROW = {
    "postRun": (_TERMS, IPFS),
    "postRunWithAuthorization": (_TERMS, IPFS, _AUTHORIZATION),
    "fundRun": (1,),
    "claimRun": (1, 0),
    "abandonRun": (1,),
    "approve": (1,),
    "reject": (1, "x"),
    "slash": (1,),
    "cancelRun": (1,),
    "finalize": (1,),
    "sweepFees": (),
    "withdrawCredit": (ZERO_ADDRESS,),
}


def _arm(system, contract, function, args) -> None:
    data = contract.calldata(function, *args)
    system.token.send(people.owner, "arm", contract.address, data)


@pytest.mark.parametrize("inner", _OF_REGISTRY)
def test_stake__token_calls_back__reverts(reentrant, inner):
    """RUN-21 (threat: reentrancy)."""
    _arm(reentrant, reentrant.registry, inner, _OF_REGISTRY[inner])

    with refused("ReentrancyGuardReentrantCall"):
        reentrant.registry.send(people.agent_owner, "stake", reentrant.agent_id, 1)


@pytest.mark.parametrize("inner", _OF_ESCROW)
def test_post_run__token_calls_back__reverts(reentrant, inner):
    """RUN-21 (threat: reentrancy)."""
    _arm(reentrant, reentrant.escrow, inner, _OF_ESCROW[inner])

    with refused("ReentrancyGuardReentrantCall"):
        reentrant.escrow.send(people.poster, "postRun", reentrant.terms(), IPFS)


def test_unstake__token_calls_back__reverts(reentrant):
    """RUN-21: whichever way the money goes."""
    _arm(reentrant, reentrant.registry, "stake", _OF_REGISTRY["stake"])

    with refused("ReentrancyGuardReentrantCall"):
        reentrant.registry.send(
            people.agent_owner, "unstake", reentrant.agent_id, 1, people.agent_owner
        )


def test_fund_run__token_calls_back__reverts(reentrant):
    """RUN-21: whichever way the money goes."""
    run_id = reentrant.draft()
    _arm(reentrant, reentrant.escrow, "sweepFees", ())

    with refused("ReentrancyGuardReentrantCall"):
        reentrant.escrow.send(people.poster, "fundRun", run_id)


def test_sweep_fees__token_calls_back__reverts(reentrant):
    """RUN-21: whichever way the money goes."""
    reentrant.approved()
    _arm(reentrant, reentrant.escrow, "sweepFees", ())

    with refused("ReentrancyGuardReentrantCall"):
        reentrant.escrow.send(people.outsider, "sweepFees")


@pytest.mark.parametrize("step", ["approve", "reject", "cancelRun", "finalize"])
def test_payout__token_calls_back__is_credited_once(reentrant, step):
    """RUN-16, RUN-21: a payee that reenters is refused, and blocks nobody.

    What the token calls would pass if the guard were not shut: the other run's review is over.
    """
    escrow = reentrant.escrow
    other = reentrant.submitted(review_days=1)
    make = reentrant.open if step == "cancelRun" else reentrant.submitted
    run_id = make(max_revisions=0, review_days=1 if step == "finalize" else 2)
    _arm(reentrant, escrow, "finalize", (other,))
    reentrant.chain.warp(DAY + 60)
    payee, amount = (
        (people.agent_owner, REWARD) if step in ("approve", "finalize") else (people.poster, COST)
    )

    args = (run_id, "No.") if step == "reject" else (run_id,)
    receipt = escrow.send(people.poster, step, *args)

    assert [event.args for event in receipt.named("Credited")] == [
        {"account": payee.address, "amount": amount}
    ]
    assert escrow.view("creditOf", payee) == amount
    assert escrow.view("totalOwed") == reentrant.balance(escrow) == 2 * COST


def test_slash__token_calls_back__credits_compensation_and_refund(reentrant):
    """RUN-16, RUN-21, STAKE-8: each transfer fails, in both contracts, and the slash stands."""
    run_id = reentrant.claimed()
    _arm(reentrant, reentrant.registry, "withdrawCredit", (people.poster,))
    reentrant.chain.warp(8 * DAY)

    reentrant.escrow.send(people.poster, "slash", run_id)

    assert reentrant.registry.view("creditOf", people.poster) == MIN_STAKE
    assert reentrant.registry.view("totalOwed") == 4 * MIN_STAKE
    assert reentrant.escrow.view("creditOf", people.poster) == COST
    assert reentrant.escrow.view("totalOwed") == COST


def test_withdraw_credit__token_calls_back__reverts_and_keeps_the_credit(reentrant):
    """RUN-16, RUN-21 (threat: a credit is paid twice)."""
    run_id = reentrant.submitted()
    _arm(reentrant, reentrant.escrow, "finalize", (run_id,))
    reentrant.escrow.send(people.poster, "approve", run_id)
    _arm(reentrant, reentrant.escrow, "withdrawCredit", (people.agent_owner,))

    with refused("ReentrancyGuardReentrantCall"):
        reentrant.escrow.send(people.agent_owner, "withdrawCredit", people.agent_owner)

    assert reentrant.escrow.view("creditOf", people.agent_owner) == REWARD
