"""What is paid to whom, to the last unit, and what is credited where the token refuses."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE
from tests.in_process.refusal import refused
from tests.in_process.system import COST, FEE, REWARD
from tests.stateful import people


def _agent(system) -> tuple:
    return system.registry.view("getAgent", system.agent_id)


@pytest.mark.parametrize("reward", [1, 19_047_618, 19_047_619, 19_047_620, REWARD])
def test_slash__compensation__is_the_refund_up_to_the_lock(system, reward):
    """STAKE-8, RUN-10."""
    run_id = system.claimed(reward=reward)
    refund = reward - (-reward // 20)
    compensation = min(MIN_STAKE, refund)
    due = system.escrow.view("slashableAt", run_id)
    before = system.balance(people.poster)
    system.chain.next_timestamp = due - 1
    with refused("NotOverdue", runId=run_id, slashableAt=due, timestamp=due - 1):
        system.escrow.send(people.poster, "slash", run_id)
    system.chain.next_timestamp = due

    receipt = system.escrow.send(people.poster, "slash", run_id)

    [slashed] = receipt.named("RunSlashed")
    assert tuple(slashed.args.values()) == (run_id, system.agent_id, refund, compensation)
    assert system.balance(people.poster) - before == refund + compensation
    assert _agent(system)[:2] == (4 * MIN_STAKE - compensation, 0)
    assert _agent(system)[6:] == (1, True)


@pytest.mark.parametrize(("reward", "counted"), [(1, 0), (999_999, 0), (1_000_000, 1)])
def test_end__cheap_run__counts_neither_way(system, reward, counted):
    """RUN-22."""
    system.approved(reward=reward)
    rejected = system.submitted(reward=reward, max_revisions=0)
    system.escrow.send(people.poster, "reject", rejected, "No.")

    assert _agent(system)[4:6] == (counted, counted)


def test_sweep_fees__all_of_them_once(system):
    """RUN-24."""
    system.approved()

    receipt = system.escrow.send(people.outsider, "sweepFees")

    assert [tuple(event.args.values()) for event in receipt.named("FeesSwept")] == [
        (people.treasury.address, FEE)
    ]
    assert system.balance(people.treasury) == FEE
    assert system.escrow.view("totalOwed") == system.escrow.view("accruedFees") == 0
    with refused("NoFees"):
        system.escrow.send(people.outsider, "sweepFees")


@pytest.mark.parametrize("penalty", [1, 5])
def test_slash__refused_penalty__is_the_only_credit(refusing, penalty):
    """STAKE-8, RUN-16: the token is asked to pay the injured, and nobody else."""
    registry, market = refusing.registry, people.second_market
    registry.send(market, "lock", refusing.agent_id, 5, 1)
    refusing.token.send(people.owner, "refuse", registry.address)

    receipt = registry.send(market, "slash", refusing.agent_id, 5, penalty, people.poster, True)

    assert [tuple(event.args.values()) for event in receipt.named("Credited")] == [
        (people.poster.address, penalty)
    ]
    assert registry.view("totalOwed") == refusing.balance(registry) == 4 * MIN_STAKE


def test_cancel__draft__asks_the_token_for_nothing(system):
    """RUN-13: nothing was paid."""
    run_id = system.draft()

    receipt = system.escrow.send(people.poster, "cancelRun", run_id)

    assert [event.name for event in receipt.events] == ["RunCancelled"]


def test_credit__of_a_refused_payout__is_withdrawn_where_it_is_safe(refusing):
    """RUN-16, RUN-26: false is no payment."""
    escrow, agent = refusing.escrow, people.agent_owner
    first, second = refusing.submitted(), refusing.submitted()
    refusing.token.send(people.owner, "refuse", escrow.address)
    for run_id in (first, second):
        escrow.send(people.poster, "approve", run_id)
    assert escrow.view("creditOf", agent) == 2 * REWARD
    assert escrow.view("totalOwed") == refusing.balance(escrow) == 2 * COST
    with refused("SafeERC20FailedOperation", token=refusing.token):
        escrow.send(agent, "withdrawCredit", agent)
    with refused("SafeERC20FailedOperation", token=refusing.token):
        escrow.send(people.outsider, "sweepFees")
    refusing.token.send(people.owner, "refuse", people.outsider.address)
    with refused("InvalidRecipient", to=refusing.registry):
        escrow.send(agent, "withdrawCredit", refusing.registry)
    with refused("NoCredit", account=people.outsider):
        escrow.send(people.outsider, "withdrawCredit", people.outsider)

    receipt = escrow.send(agent, "withdrawCredit", people.safe_place)

    assert [tuple(event.args.values()) for event in receipt.named("CreditWithdrawn")] == [
        (agent.address, people.safe_place.address, 2 * REWARD)
    ]
    assert refusing.balance(people.safe_place) == 2 * REWARD
    assert escrow.view("creditOf", agent) == 0
    assert escrow.view("totalOwed") == refusing.balance(escrow) == 2 * FEE


def test_credit__of_an_account_that_is_made_a_market__is_its_own_still(refusing):
    """RUN-26: the registry's owner cannot shut a creditor out."""
    run_id = refusing.submitted()
    refusing.token.send(people.owner, "refuse", refusing.escrow.address)
    refusing.escrow.send(people.poster, "approve", run_id)
    refusing.token.send(people.owner, "refuse", people.outsider.address)
    refusing.registry.send(people.owner, "addMarket", people.agent_owner.address)
    before = refusing.balance(people.agent_owner)

    refusing.escrow.send(people.agent_owner, "withdrawCredit", people.agent_owner)

    assert refusing.balance(people.agent_owner) - before == REWARD
