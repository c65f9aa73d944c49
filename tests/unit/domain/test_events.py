"""The journal: what both twins emit, in order, and nothing where a call is refused."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import CLAIM_TIMEOUT, MIN_STAKE, ONE_USDC
from agentescrow.errors import Reverted
from tests.twin.journal import Event, Journal


def test_record__event_of_the_contracts__is_kept_in_order():
    journal = Journal()

    journal.record("escrow", "RunStarted", 1)
    journal.record("registry", "Unstaked", 0, "agent", 5)

    assert journal == [
        Event("escrow", "RunStarted", (1,)),
        Event("registry", "Unstaked", (0, "agent", 5)),
    ]


def test_record__unknown_event__is_refused():
    with pytest.raises(KeyError, match="RunForgotten"):
        Journal().record("escrow", "RunForgotten", 1)


@pytest.mark.parametrize("values", [(), (1, 2)])
def test_record__wrong_number_of_values__names_the_fields(values):
    with pytest.raises(ValueError, match="RunStarted has the fields runId"):
        Journal().record("escrow", "RunStarted", *values)


def test_all_or_none__refused__forgets_only_what_was_recorded_inside():
    journal = Journal()
    journal.record("escrow", "RunStarted", 1)

    def refuse() -> None:
        with journal.all_or_none():
            journal.record("escrow", "RunStarted", 2)
            raise Reverted("NoCredit")

    with pytest.raises(Reverted, match="NoCredit"):
        refuse()
    assert journal == [Event("escrow", "RunStarted", (1,))]


def test_journal__slash__has_both_contracts_in_the_order_of_emission(world):
    """RUN-12, STAKE-8: one journal for a call and for what it calls."""
    run_id = world.claimed()
    world.wait(CLAIM_TIMEOUT)
    world.registry.journal.clear()
    world.escrow.slash(run_id, sender="poster", now=world.now)

    cost = 105 * ONE_USDC
    slashed = (world.agent_id, "escrow", "poster", MIN_STAKE, MIN_STAKE, True, 1)
    assert world.escrow.journal == [
        Event("escrow", "RunSlashed", (run_id, world.agent_id, cost, MIN_STAKE)),
        Event("registry", "StakeSlashed", slashed),
    ]


def test_journal__claim_that_the_registry_refuses__stays_empty(world):
    """RUN-5: the event before the lock is undone with it."""
    world.claimed()  # takes the only stake there is
    run_id = world.post()
    world.registry.journal.clear()
    with pytest.raises(Reverted, match="InsufficientStake"):
        world.escrow.claim_run(run_id, world.agent_id, sender="agent", now=world.now)

    assert world.escrow.journal == []
