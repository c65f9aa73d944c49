"""Who may spend how much of the relayer's money (API-4).

given an account with ETH, and budgets of an hour and a day
  when a lane has used its part: it is refused, and those before it are not
  when the account holds less than the budget: the parts are parts of what it holds
  when one signer has had a tenth of its lane's part: the others go on; a claim's parties always do
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from agentescrow.errors import RelayerUnavailable, TooManyRequests
from agentescrow.relayer.budget import Budget, Purse
from agentescrow.relayer.lanes import Lane
from agentescrow.relayer.limits import RelayLimits
from agentescrow.store.people.relays import MINED, Outcome, Relay, accept, settle
from tests.unit.store.conftest import database

__all__ = ["database"]

NOW, HOUR, DAY = 1_700_000_000, 3_600, 86_400
RICH = 10**12
FIRST = Relay("0x0", "0xA", 0, "0xE", "0x", 100, NOW + HOUR, NOW, 1)


@pytest.fixture
def purse(database):
    """What there is after these have been accepted: lane, cost, and what else is told."""

    def of(*accepted, hour=1_000, day=100_000, balance=RICH, mined=()):
        with database.begin() as connection:
            rows = [
                replace(FIRST, **{"request_id": f"0x{n}", "lane": lane, "cost": cost, **more})
                for n, (lane, cost, more) in enumerate(accepted, start=1)
            ]
            accept(connection, rows)
            settle(connection, [Outcome(each, MINED, cost=cost) for each, cost in mined])
        return Purse(database.connect(), Budget(hour, day), balance, NOW)

    return of


@pytest.mark.parametrize(
    ("lane", "most"), [(Lane.BOUND, 1_000), (Lane.KNOWN, 600), (Lane.STRANGER, 100)]
)
def test_require__up_to_a_lane_s_part__passes_and_no_gwei_beyond(purse, lane, most):
    """API-4: 100, 60 and 10 percent."""
    purse().require(lane, "0xB", most)
    with pytest.raises(RelayerUnavailable, match="within an hour is used up"):
        purse().require(lane, "0xB", most + 1)
    assert purse().left(lane) == most


def test_take__what_later_lanes_used__counts_for_those_before(purse):
    """API-4: the lanes' parts lie in each other; what is reserved is left to the first."""
    found = purse((Lane.STRANGER, 90, {}), (Lane.KNOWN, 500, {}))

    assert [found.left(lane) for lane in Lane] == [410, 10, 10]
    found.take(Lane.BOUND, "0xB", 405)
    assert [found.left(lane) for lane in Lane] == [5, 5, 5]


def test_left__what_came_before_the_hour__counts_for_the_day(purse):
    """API-4: any hour and any day, not those of a clock on a wall."""
    found = purse(
        (Lane.BOUND, 700, {"accepted_at": NOW - HOUR}),
        (Lane.BOUND, 200, {"accepted_at": NOW - HOUR - 1}),
        (Lane.BOUND, 4_000, {"accepted_at": NOW - DAY - 1}),
        day=1_000,
    )

    assert [window.total for window in found.windows] == [700, 900]
    assert found.left(Lane.BOUND) == 100


def test_left__account_holds_less__parts_are_of_what_it_held(purse):
    """API-4: what is under way has to be paid yet, what is mined was."""
    found = purse(
        (Lane.STRANGER, 30, {}), (Lane.STRANGER, 60, {}), balance=430, mined=[("0x1", 20)]
    )

    assert found.free == 370  # 60 are under way
    assert [found.left(lane) for lane in Lane] == [370, 190, 0]  # of 450


def test_require__account_is_empty__says_so(purse):
    """API-4: before the budget, since that is what its owner can mend."""
    with pytest.raises(RelayerUnavailable, match="holds too little ETH"):
        purse(balance=9).require(Lane.BOUND, "0xB", 10)
    assert purse(balance=0).left(Lane.BOUND) == 0


def test_require__a_signer_had_its_part__others_go_on(purse):
    """API-4: a tenth of the lane's part, but one call whatever it costs."""
    found = purse((Lane.KNOWN, 50, {"signer": "0xB"}))
    found.require(Lane.KNOWN, "0xB", 10)
    with pytest.raises(TooManyRequests, match=r"0xB has had its part .* within an hour"):
        found.require(Lane.KNOWN, "0xB", 11)
    found.require(Lane.KNOWN, "0xC", 500)
    found.take(Lane.KNOWN, "0xC", 61)
    with pytest.raises(TooManyRequests):
        found.require(Lane.KNOWN, "0xC", 1)
    found.require(Lane.BOUND, "0xB", 300)


@pytest.mark.parametrize(("paid", "gwei"), [(0, 0), (1, 1), (10**9, 1), (10**9 + 1, 2)], ids=str)
def test_cost__wei__is_rounded_up_to_gwei(paid, gwei):
    """API-4: what counts is never less than what is spent."""
    assert RelayLimits().cost(paid, 0, 1, 8453) == gwei
    assert RelayLimits(max_fee=7).cost(10**9, 5, 0, 8453) == 7
