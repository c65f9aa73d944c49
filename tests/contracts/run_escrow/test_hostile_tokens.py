"""What a hostile token could do to an escrow of its own (RUN-21): USDC is upgradeable.

given a token that calls back during a transfer
├── when it calls a guarded function, directly or by multicall
│   └── it should revert, and with it the transfer that called
└── when it does so during a payout
    └── it should count as a refused payout, and be credited
given a token that refuses by returning false
├── a payout should be credited, not booked as paid
└── a withdrawal or a sweep should revert
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, FEE, IPFS, MIN_STAKE, REWARD, Runs

_HUNDRED_RUNS = 100 * COST


@dataclass(frozen=True)
class System:
    """A deployment with a token of its own.

    Attributes:
        token: The token, plain until it is told otherwise.
        registry: Its StakeRegistry.
        escrow: Its RunEscrow.
        runs: Makes runs there.
    """

    token: Any
    registry: Any
    escrow: Any
    runs: Runs


@pytest.fixture(scope="session")
def deploy_with(
    project, rpc, clock, identity, forwarder, people, owner, treasury, poster, agent, agent_id
):
    """`deploy_with(token)`: a whole system, with money and stake."""

    def deploy_with(token):
        future = owner.get_deployment_address(owner.nonce + 1)
        registry = owner.deploy(project.StakeRegistry, token, identity, owner, [future], forwarder)
        escrow = owner.deploy(project.RunEscrow, token, registry, treasury, owner, forwarder)
        for holder, spender in ((poster, escrow), (agent, registry)):
            token.mint(holder, _HUNDRED_RUNS, sender=owner)
            token.approve(spender, _HUNDRED_RUNS, sender=holder)
        registry.stake(agent_id, 4 * MIN_STAKE, sender=agent)
        return System(token, registry, escrow, Runs(rpc, clock, escrow, poster, agent, agent_id))

    return deploy_with


@pytest.fixture(scope="session")
def reentrant(project, owner, deploy_with):
    """A system whose token calls back."""
    return deploy_with(owner.deploy(project.ReentrantToken))


@pytest.fixture(scope="session")
def refusing(project, owner, deploy_with):
    """A system whose token refuses by returning false."""
    return deploy_with(owner.deploy(project.FalseReturningToken))


@pytest.fixture
def guarded_call(reentrant, clock, terms, agent_id):
    """`guarded_call(name)`: calldata that would pass every check but the guard and who calls."""

    def guarded_call(name):
        runs = reentrant.runs
        arguments = {
            "postRun": lambda: (terms(), IPFS),
            "postRunWithAuthorization": lambda: (
                terms(),
                IPFS,
                (reentrant.token.address, 0, 2**48, bytes(32), b""),
            ),
            "fundRun": lambda: (runs.draft(),),
            "claimRun": lambda: (runs.open(), agent_id),
            "abandonRun": lambda: (runs.claimed(),),
            "approve": lambda: (runs.submitted(),),
            "reject": lambda: (runs.submitted(max_revisions=0), "No."),
            "slash": lambda: (runs.claimed(),),
            "cancelRun": lambda: (runs.open(deadline=clock.now() + 60),),
            "finalize": lambda: (runs.submitted(review_days=1),),
            "withdrawCredit": lambda: (reentrant.token.address,),
            "sweepFees": lambda: (),
        }
        args = arguments[name]()
        return bytes(getattr(reentrant.escrow, name).encode_input(*args))

    return guarded_call


GUARDED = [
    "postRun",
    "postRunWithAuthorization",
    "fundRun",
    "claimRun",
    "abandonRun",
    "approve",
    "reject",
    "slash",
    "cancelRun",
    "finalize",
    "withdrawCredit",
    "sweepFees",
]


@pytest.mark.parametrize("by_multicall", [False, True], ids=["directly", "by multicall"])
@pytest.mark.parametrize("inner", GUARDED)
def test_reentrant_token__calls_a_guarded_function__reverts(
    reentrant, poster, owner, clock, guarded_call, inner, by_multicall
):
    """RUN-21, threat "reentrancy": the guard is one for all functions that move money."""
    escrow, token = reentrant.escrow, reentrant.token
    reentrant.runs.approved()
    data = guarded_call(inner)
    if by_multicall:
        data = bytes(escrow.multicall.encode_input([data]))
    paying = reentrant.runs.terms(deadline=clock.now() + 60 * 86_400)
    token.arm(escrow, data, sender=owner)
    clock.at(clock.now() + 30 * 86_400)
    with reverting(escrow.ReentrancyGuardReentrantCall):
        escrow.postRun(paying, IPFS, sender=poster)


@pytest.mark.parametrize("outer", ["fundRun", "sweepFees"])
def test_reentrant_token__during_other_transfers__reverts(
    reentrant, poster, owner, guarded_call, outer
):
    """RUN-21: whichever way the money goes."""
    escrow = reentrant.escrow
    reentrant.runs.approved()
    args = (reentrant.runs.draft(),) if outer == "fundRun" else ()
    reentrant.token.arm(escrow, guarded_call("sweepFees"), sender=owner)
    with reverting(escrow.ReentrancyGuardReentrantCall):
        getattr(escrow, outer)(*args, sender=poster)


def test_reentrant_token__during_a_payout__is_credited_once(
    reentrant, poster, agent, agent_id, owner, clock, guarded_call
):
    """RUN-16, RUN-21, threat "a callback drains the escrow": one payout is refused, no more."""
    escrow, token = reentrant.escrow, reentrant.token
    run_id = reentrant.runs.submitted(review_days=1)
    clock.mine(at=escrow.reviewEndsAt(run_id))
    token.arm(escrow, bytes(escrow.finalize.encode_input(run_id)), sender=owner)
    before = token.balanceOf(agent)
    tx = escrow.approve(run_id, sender=poster)
    assert emitted(tx, escrow) == [
        ("RunApproved", run_id, agent_id, agent.address, REWARD, FEE, False),
        ("Credited", agent.address, REWARD),
    ]
    assert token.balanceOf(agent) == before
    assert token.balanceOf(escrow) == escrow.totalOwed() == COST


def test_reentrant_token__withdrawing_twice__reverts_whole(reentrant, poster, agent, owner):
    """RUN-21, threat "a credit is paid twice"."""
    escrow, token = reentrant.escrow, reentrant.token
    run_id = reentrant.runs.submitted()
    token.arm(escrow, bytes(escrow.sweepFees.encode_input()), sender=owner)
    escrow.approve(run_id, sender=poster)
    assert escrow.creditOf(agent) == REWARD
    token.arm(escrow, bytes(escrow.withdrawCredit.encode_input(agent)), sender=owner)
    with reverting(escrow.ReentrancyGuardReentrantCall):
        escrow.withdrawCredit(agent, sender=agent)
    assert escrow.creditOf(agent) == REWARD


def test_guarded__functions__are_all_that_move_money(escrow):
    """RUN-21: what is not guarded moves none and calls nobody who could call back."""
    unguarded = {
        "createRun",
        "startRun",
        "submitWork",
        "requestRevision",
        "multicall",
        "selfPermit",
        "pause",
        "unpause",
        "setTreasury",
        "transferOwnership",
        "acceptOwnership",
    }
    assert {m.name for m in escrow.contract_type.mutable_methods} == unguarded | set(GUARDED)


def test_refusing_token__payout__is_credited(refusing, poster, agent, owner):
    """RUN-16, threat "a low-level send reports success": false is no payment."""
    escrow, token = refusing.escrow, refusing.token
    run_id = refusing.runs.submitted()
    token.refuse(escrow, sender=owner)
    escrow.approve(run_id, sender=poster)
    assert escrow.creditOf(agent) == REWARD
    assert escrow.totalOwed() == COST == token.balanceOf(escrow)


def test_refusing_token__withdrawal_and_sweep__revert(refusing, poster, agent, treasury, owner):
    """RUN-16, RUN-24: what is pushed to a chosen address either arrives or stays owed."""
    escrow, token = refusing.escrow, refusing.token
    run_id = refusing.runs.submitted()
    token.refuse(escrow, sender=owner)
    escrow.approve(run_id, sender=poster)
    with reverting(escrow.SafeERC20FailedOperation, token=token):
        escrow.withdrawCredit(agent, sender=agent)
    with reverting(escrow.SafeERC20FailedOperation, token=token):
        escrow.sweepFees(sender=treasury)
    assert (escrow.creditOf(agent), escrow.accruedFees()) == (REWARD, FEE)
