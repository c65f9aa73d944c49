"""Both contracts with a token that calls back.

given a token that calls a function again from within a transfer
    when the transfer is one that the caller makes (stake, postRun, unstake)
        it should revert with ReentrancyGuardReentrantCall, for every function that touches money
    when the transfer is a payout (slash, approve)
        it should credit instead, once, and pay the others
it should be known of each other function that it touches no money
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import DAY, MIN_STAKE, ZERO_ADDRESS
from agentescrow.domain.runs.run import RunState
from tests.contracts.outcome import emitted, reverting
from tests.contracts.runs import COST, IPFS, REWARD

_AUTHORIZATION = (ZERO_ADDRESS, 0, 0, bytes(32), b"")
_TERMS = (REWARD, 0, 7, 3, 1)

# Every function that touches money, with arguments of the right types; the guard comes first.
GUARDED = {
    "registry": {
        "stake": (0, 1),
        "stakeWithAuthorization": (0, 1, _AUTHORIZATION),
        "unstake": (0, 1, ZERO_ADDRESS),
        "lock": (0, 1, 1),
        "release": (0, 1, 0),
        "slash": (0, 1, 1, ZERO_ADDRESS, True),
        "withdrawCredit": (ZERO_ADDRESS,),
    },
    "escrow": {
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
    },
}
_OWNERSHIP = {"transferOwnership", "acceptOwnership"}
_WRAPPERS = {"multicall", "selfPermit"}
_ENTRIES = {"createRun", "startRun", "submitWork", "requestRevision"}
UNGUARDED = {
    "registry": _OWNERSHIP | _WRAPPERS | {"addMarket", "retireMarket", "allowMarket", "stopClaims"},
    "escrow": _OWNERSHIP | _WRAPPERS | _ENTRIES | {"setTreasury", "pause", "unpause"},
}


class Hostile:
    """Both contracts on a reentrant token, an agent staked, and a poster that can pay."""

    def __init__(self, project, owner, identity, treasury, forwarder, poster, agent) -> None:
        """Deploy them."""
        self.token = owner.deploy(project.ReentrantToken)
        market = owner.get_deployment_address(owner.nonce + 1)
        self.registry = owner.deploy(
            project.StakeRegistry, self.token, identity, owner, [market], forwarder
        )
        self.escrow = owner.deploy(
            project.RunEscrow, self.token, self.registry, treasury, owner, forwarder
        )
        self._owner = owner
        for account, spender in ((poster, self.escrow), (agent, self.registry)):
            self.token.mint(account, 10**12, sender=owner)
            self.token.approve(spender, 10**12, sender=account)

    def arm(self, contract, function: str, *args) -> None:
        """Have the token call a function during its next transfer."""
        data = getattr(contract, function).encode_input(*args)
        self.token.arm(contract, data, sender=self._owner)


@pytest.fixture(scope="module")
def hostile(project, owner, identity, treasury, forwarder, poster, agent, agent_id):
    """The hostile system; `agent_id` has the minimum staked in it."""
    system = Hostile(project, owner, identity, treasury, forwarder, poster, agent)
    system.registry.stake(agent_id, MIN_STAKE, sender=agent)
    return system


@pytest.fixture
def hostile_run(hostile, poster, agent, agent_id, clock):
    """A claimed run on the hostile token; returns its id."""
    terms = (REWARD, clock.now() + 3 * DAY, 7, 3, 1)
    hostile.escrow.postRun(terms, IPFS, sender=poster)
    run_id = hostile.escrow.runCount()
    hostile.escrow.claimRun(run_id, agent_id, sender=agent)
    return run_id


@pytest.mark.parametrize("name", ["registry", "escrow"])
def test_functions__are_guarded_or_touch_no_money(request, name):
    """RUN-21: whoever adds a function decides which."""
    contract = request.getfixturevalue(name)
    functions = {method.name for method in contract.contract_type.mutable_methods}

    assert functions == GUARDED[name].keys() | UNGUARDED[name]


def test_stake__token_calls_back__reverts_for_every_guarded_function(hostile, agent, agent_id):
    """RUN-21 (threat: reentrancy)."""
    registry = hostile.registry

    for function, args in GUARDED["registry"].items():
        hostile.arm(registry, function, *args)
        with reverting(registry.ReentrancyGuardReentrantCall):
            registry.stake(agent_id, 1, sender=agent)

    assert registry.totalOwed() == hostile.token.balanceOf(registry) == MIN_STAKE


def test_unstake__token_calls_back__reverts(hostile, agent, agent_id):
    """RUN-21 (threat: reentrancy)."""
    registry = hostile.registry
    hostile.arm(registry, "unstake", agent_id, MIN_STAKE, agent)

    with reverting(registry.ReentrancyGuardReentrantCall):
        registry.unstake(agent_id, MIN_STAKE, agent, sender=agent)

    assert registry.totalOwed() == hostile.token.balanceOf(registry) == MIN_STAKE


def test_post_run__token_calls_back__reverts_for_every_guarded_function(hostile, poster, clock):
    """RUN-21 (threat: reentrancy)."""
    escrow = hostile.escrow
    terms = (REWARD, clock.now() + 3 * DAY, 7, 3, 1)

    for function, args in GUARDED["escrow"].items():
        hostile.arm(escrow, function, *args)
        with reverting(escrow.ReentrancyGuardReentrantCall):
            escrow.postRun(terms, IPFS, sender=poster)

    assert escrow.runCount() == escrow.totalOwed() == 0


def test_approve__token_calls_back__credits_once(hostile, hostile_run, poster, agent):
    """RUN-16, RUN-21: a payee that reenters is refused, and blocks nobody."""
    escrow, registry = hostile.escrow, hostile.registry
    escrow.submitWork(hostile_run, IPFS, sender=agent)
    hostile.arm(escrow, "finalize", hostile_run)

    tx = escrow.approve(hostile_run, sender=poster)

    assert emitted(tx, escrow)[1:] == [("Credited", agent, REWARD)]
    assert escrow.getRun(hostile_run).state == RunState.APPROVED
    assert escrow.creditOf(agent) == REWARD
    assert escrow.totalOwed() == hostile.token.balanceOf(escrow) == COST
    assert registry.availableStake(escrow.getRun(hostile_run).agentId) == MIN_STAKE


def test_slash__token_calls_back__credits_compensation_and_refund(
    hostile, hostile_run, poster, clock
):
    """RUN-16, RUN-21: each transfer fails, in both contracts, and the slash stands."""
    escrow, registry, token = hostile.escrow, hostile.registry, hostile.token
    slashable_at = escrow.slashableAt(hostile_run)
    hostile.arm(registry, "withdrawCredit", poster)
    clock.at(slashable_at)

    escrow.slash(hostile_run, sender=poster)

    assert escrow.getRun(hostile_run).state == RunState.SLASHED
    assert registry.creditOf(poster) == registry.totalOwed() == MIN_STAKE
    assert escrow.creditOf(poster) == escrow.totalOwed() == COST
    assert token.balanceOf(registry) == MIN_STAKE
    assert token.balanceOf(escrow) == COST


def test_withdraw_credit__token_calls_back__reverts_and_keeps_the_credit(
    hostile, hostile_run, poster, agent
):
    """RUN-16, RUN-21 (threat: a credit withdrawn twice)."""
    escrow = hostile.escrow
    escrow.submitWork(hostile_run, IPFS, sender=agent)
    hostile.arm(escrow, "finalize", hostile_run)
    escrow.approve(hostile_run, sender=poster)
    hostile.arm(escrow, "withdrawCredit", agent)

    with reverting(escrow.ReentrancyGuardReentrantCall):
        escrow.withdrawCredit(agent, sender=agent)

    assert escrow.creditOf(agent) == REWARD
