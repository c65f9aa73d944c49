"""The contracts' owner, and money of everybody's in every state.

it should be known of each function whether it is the owner's
when the owner calls what is its own
    it should move no money, and change no run, no stake and no credit
when the owner calls anything else
    it should be refused like any outsider, or spend its own money
when the fees are swept
    it should be earned fees only
"""

from __future__ import annotations

from dataclasses import dataclass

import ape
import pytest

from agentescrow.domain.constants import MIN_STAKE
from tests.contracts.outcome import reverting
from tests.contracts.runs import FEE, IPFS

OWNERS = {
    "registry": {"transferOwnership", "addMarket", "retireMarket"},
    "escrow": {"transferOwnership", "setTreasury", "pause", "unpause"},
}
_PERMIT = (1, 0, b"")


@dataclass(frozen=True)
class Riches:
    """Runs with money in them, by state; and a credit in each contract."""

    draft: int
    open: int
    claimed: int
    submitted: int
    approved: int


@pytest.fixture
def riches(registry, agent, agent_id, fund, runs):
    """An agent with stake available and locked, and a run in every state that counts."""
    registry.stake(agent_id, 4 * MIN_STAKE, sender=agent)
    return Riches(
        draft=runs.draft(),
        open=runs.open(),
        claimed=runs.claimed(),
        submitted=runs.submitted(),
        approved=runs.approved(),
    )


@pytest.fixture
def calls(registry, escrow, riches, owner, agent, agent_id, outsider, terms):
    """Every state-changing function, with the arguments that the owner would like best."""
    forged = (agent.address, 0, 2**48 - 1, bytes(32), bytes(65))
    common = {
        "selfPermit": _PERMIT,
        "multicall": ([],),
        "withdrawCredit": (owner,),
        "transferOwnership": (outsider,),
        "acceptOwnership": (),
    }
    return {
        "registry": common
        | {
            "stake": (agent_id, MIN_STAKE),
            "stakeWithAuthorization": (agent_id, MIN_STAKE, forged),
            "unstake": (agent_id, MIN_STAKE, owner),
            "lock": (agent_id, MIN_STAKE, 1),
            "release": (agent_id, MIN_STAKE, 0),
            "slash": (agent_id, MIN_STAKE, MIN_STAKE, owner, True),
            "stopClaims": (True,),
            "allowMarket": (agent_id, owner, MIN_STAKE),
            "addMarket": (owner,),
            "retireMarket": (escrow,),
        },
        "escrow": common
        | {
            "createRun": (terms(), IPFS),
            "postRun": (terms(), IPFS),
            "postRunWithAuthorization": (terms(), IPFS, forged),
            "fundRun": (riches.draft,),
            "claimRun": (riches.open, agent_id),
            "startRun": (riches.claimed,),
            "submitWork": (riches.claimed, IPFS),
            "abandonRun": (riches.claimed,),
            "approve": (riches.submitted,),
            "requestRevision": (riches.submitted, "x"),
            "reject": (riches.submitted, "x"),
            "finalize": (riches.submitted,),
            "slash": (riches.claimed,),
            "cancelRun": (riches.open,),
            "sweepFees": (),
            "setTreasury": (outsider,),
            "pause": (),
            "unpause": (),
        },
    }


def _everything(registry, escrow, agent_id, riches) -> list:
    """Read all that is owed to anybody but the platform."""
    runs = [riches.draft, riches.open, riches.claimed, riches.submitted, riches.approved]
    return [
        *(tuple(escrow.getRun(run_id)) for run_id in runs),
        tuple(registry.getAgent(agent_id)),
        registry.totalOwed(),
        escrow.totalOwed(),
        escrow.accruedFees(),
    ]


@pytest.mark.parametrize("name", ["registry", "escrow"])
def test_owner__rights__are_these_and_no_others(request, calls, name, outsider):
    """STAKE-9 (threat: admin rights): a new function has to be argued here."""
    contract = request.getfixturevalue(name)
    functions = {method.name for method in contract.contract_type.mutable_methods}
    assert functions == calls[name].keys()

    for function in OWNERS[name]:
        with reverting(contract.OwnableUnauthorizedAccount, account=outsider):
            getattr(contract, function)(*calls[name][function], sender=outsider)


@pytest.mark.parametrize("name", ["registry", "escrow"])
def test_owner__using_its_rights__moves_no_money(
    request, registry, escrow, calls, riches, agent_id, owner, books, chain, name
):
    """STAKE-9 (threat: owner rug): whatever it does, everybody's money is where it was."""
    contract = request.getfixturevalue(name)
    before = _everything(registry, escrow, agent_id, riches)

    for function in sorted(OWNERS[name] - {"unpause"}):
        with chain.isolate(), books.moves():
            getattr(contract, function)(*calls[name][function], sender=owner)
            assert _everything(registry, escrow, agent_id, riches) == before


def test_owner__registry_functions_of_others__refuse_it(registry, calls, agent_id, owner, books):
    """STAKE-2, STAKE-3, STAKE-9."""
    refusals = {
        "unstake": (registry.NotAgentOwner, {"agentId": agent_id, "caller": owner}),
        "lock": (registry.NotMarket, {"caller": owner}),
        "release": (registry.NotMarket, {"caller": owner}),
        "slash": (registry.NotMarket, {"caller": owner}),
        "allowMarket": (registry.NotAgentOwner, {"agentId": agent_id, "caller": owner}),
        "withdrawCredit": (registry.NoCredit, {"account": owner}),
        "acceptOwnership": (registry.OwnableUnauthorizedAccount, {"account": owner}),
    }

    with books.moves():
        for function, (error, values) in refusals.items():
            with reverting(error, **values):
                getattr(registry, function)(*calls["registry"][function], sender=owner)
        with ape.reverts("ERC20: transfer amount exceeds allowance"):
            registry.stake(*calls["registry"]["stake"], sender=owner)
        with ape.reverts("ECRecover: invalid signature 'v' value"):
            registry.stakeWithAuthorization(
                *calls["registry"]["stakeWithAuthorization"], sender=owner
            )
        registry.selfPermit(*_PERMIT, sender=owner)
        registry.stopClaims(True, sender=owner)


def test_owner__own_market__locks_nothing_that_nobody_allowed(
    registry, riches, agent, agent_id, owner, books
):
    """STAKE-9 (threat: owner rug): it may make itself a market, and reaches no stake by that."""
    registry.addMarket(owner, sender=owner)
    available = registry.availableStake(agent_id)
    refused = {"agentId": agent_id, "market": owner, "required": available, "allowance": 0}

    with books.moves():
        for min_status in (0, 1):
            with reverting(registry.MarketNotAllowed, **refused):
                registry.lock(agent_id, available, min_status, sender=owner)
        locked = {"agentId": agent_id, "market": owner, "amount": 1, "locked": 0}
        with reverting(registry.LockExceeded, **locked):
            registry.slash(agent_id, 1, 1, owner, True, sender=owner)
        with reverting(registry.LockExceeded, **locked):
            registry.release(agent_id, 1, 0, sender=owner)


def test_owner__escrow_functions_of_others__refuse_it(
    escrow, calls, riches, agent_id, owner, poster, books
):
    """RUN-4, RUN-7, RUN-15, STAKE-9."""
    posters = {
        "fundRun": riches.draft,
        "approve": riches.submitted,
        "requestRevision": riches.submitted,
        "reject": riches.submitted,
        "slash": riches.claimed,
        "cancelRun": riches.open,
    }
    agents = ("startRun", "submitWork", "abandonRun")

    with books.moves():
        for function, run_id in posters.items():
            with reverting(escrow.NotPoster, runId=run_id, caller=owner, poster=poster):
                getattr(escrow, function)(*calls["escrow"][function], sender=owner)
        for function in agents:
            with reverting(escrow.NotAgent, runId=riches.claimed, caller=owner):
                getattr(escrow, function)(*calls["escrow"][function], sender=owner)
        with reverting(escrow.NotOperator, agentId=agent_id, caller=owner):
            escrow.claimRun(*calls["escrow"]["claimRun"], sender=owner)
        with reverting(escrow.NoCredit, account=owner):
            escrow.withdrawCredit(owner, sender=owner)
        with ape.reverts("ERC20: transfer amount exceeds allowance"):
            escrow.postRun(*calls["escrow"]["postRun"], sender=owner)
        with ape.reverts("ECRecover: invalid signature 'v' value"):
            escrow.postRunWithAuthorization(
                *calls["escrow"]["postRunWithAuthorization"], sender=owner
            )
        escrow.createRun(*calls["escrow"]["createRun"], sender=owner)


def test_owner__finalizing_before_its_time__is_refused(escrow, riches, owner, clock):
    """RUN-14: nobody approves in a poster's place while the review lasts."""
    ends_at = escrow.reviewEndsAt(riches.submitted)
    clock.at(ends_at - 1)

    with reverting(
        escrow.ReviewNotOver, runId=riches.submitted, reviewEndsAt=ends_at, timestamp=ends_at - 1
    ):
        escrow.finalize(riches.submitted, sender=owner)


def test_owner__sweeping__gets_the_fees_of_approved_runs_only(
    escrow, riches, owner, outsider, books
):
    """RUN-4, RUN-16: what live runs will pay is out of reach, wherever the treasury is."""
    escrow.setTreasury(outsider, sender=owner)

    with books.moves({outsider: FEE}, owed=-FEE, fees=-FEE):
        escrow.sweepFees(sender=owner)
    with reverting(escrow.NoFees):
        escrow.sweepFees(sender=owner)
