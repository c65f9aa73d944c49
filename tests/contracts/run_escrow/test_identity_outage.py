"""No exit depends on the identity registry, an upgradeable contract of others (RUN-7, RUN-15).

given the identity registry reverts, is gone, or burns all gas
├── the frozen wallet should start, submit and give back
├── the poster should approve, ask for revisions, reject, slash and cancel
├── anyone should finalize, and cancel an OPEN run past its deadline
└── who is an operator only by its word should be told apart from the wallet: not the agent
"""

from __future__ import annotations

import pytest

from tests.contracts.outcome import reverting
from tests.contracts.runs import COST, FEE, MIN_STAKE, REWARD, WORK

BROKEN = {
    "reverts": "0x5f5ffd",  # PUSH0 PUSH0 REVERT
    "is gone": "0x",
    "burns all gas": "0x5b5f56",  # JUMPDEST PUSH0 JUMP: an endless loop
    "answers nonsense": "0x60205f375f5160205260405ff3",
}


@pytest.fixture(params=BROKEN)
def break_identity(request, rpc, identity):
    """`break_identity()`: from now on the identity registry is of no use."""
    code = BROKEN[request.param]
    return lambda: rpc.ask("anvil_setCode", identity.address, code)


def test_identity_outage__frozen_wallet__starts_and_submits(
    escrow, agent, claimed_run, break_identity, state_of
):
    """RUN-7: the frozen wallet is checked first."""
    run_id = claimed_run()
    break_identity()
    escrow.startRun(run_id, sender=agent)
    escrow.submitWork(run_id, WORK, sender=agent)
    assert state_of(run_id) == 4


def test_identity_outage__frozen_wallet__gives_back(
    escrow, registry, agent, agent_id, claimed_run, break_identity
):
    """RUN-7, RUN-15: its stake is free again."""
    run_id = claimed_run()
    break_identity()
    escrow.abandonRun(run_id, sender=agent)
    assert registry.availableStake(agent_id) == MIN_STAKE


def test_identity_outage__poster__approves_after_a_revision(
    escrow, poster, agent, submitted_run, break_identity, books
):
    """RUN-7."""
    run_id = submitted_run()
    break_identity()
    escrow.requestRevision(run_id, "Change it.", sender=poster)
    escrow.submitWork(run_id, WORK, sender=agent)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_identity_outage__poster__rejects(escrow, poster, submitted_run, break_identity, books):
    """RUN-7."""
    run_id = submitted_run(max_revisions=0)
    break_identity()
    with books.moves({poster: COST}, owed=-COST):
        escrow.reject(run_id, "No.", sender=poster)


def test_identity_outage__poster__slashes(
    escrow, poster, clock, claimed_run, break_identity, books
):
    """RUN-7."""
    run_id = claimed_run()
    break_identity()
    clock.at(escrow.slashableAt(run_id))
    with books.moves({poster: COST + MIN_STAKE}, owed=-COST, staked=-MIN_STAKE):
        escrow.slash(run_id, sender=poster)


def test_identity_outage__poster__cancels(
    escrow, registry, poster, agent_id, clock, claimed_run, break_identity, books
):
    """RUN-7: the lock goes back too."""
    run_id = claimed_run()
    break_identity()
    clock.at(escrow.getRun(run_id).deadline)
    with books.moves({poster: COST}, owed=-COST):
        escrow.cancelRun(run_id, sender=poster)
    assert registry.availableStake(agent_id) == MIN_STAKE


def test_identity_outage__anyone__finalizes(
    escrow, outsider, agent, clock, submitted_run, break_identity, books
):
    """RUN-7, RUN-14."""
    run_id = submitted_run()
    break_identity()
    clock.at(escrow.reviewEndsAt(run_id))
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.finalize(run_id, sender=outsider)


@pytest.mark.parametrize("code", ["0x5f5ffd", "0x"], ids=["reverts", "is gone"])
def test_identity_outage__operator_by_its_word_only__is_not_the_agent(
    escrow, identity, agent, agent_id, relayer, rpc, set_wallet, claimed_run, code
):
    """RUN-7: an owner apart from the wallet has to wait until the registry answers again."""
    set_wallet(relayer)
    run_id = claimed_run()
    rpc.ask("anvil_setCode", identity.address, code)
    with reverting(escrow.NotAgent, runId=run_id, caller=agent):
        escrow.submitWork(run_id, WORK, sender=agent)
    escrow.submitWork(run_id, WORK, sender=relayer)
