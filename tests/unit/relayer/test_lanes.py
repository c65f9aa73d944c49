"""Which calls come first (API-4)."""

from __future__ import annotations

import pytest

from agentescrow.chain.abis import entries
from agentescrow.errors import RequestRefused
from agentescrow.relayer.lanes import RULES, SHARES, Lane, lane_of


def lane(*functions, contract="RunEscrow", is_known=False, drafts=False):
    return lane_of(contract, functions, is_known=is_known, drafts=drafts)


@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.parametrize("function", ["submitWork", "abandonRun", "approve", "reject", "slash"])
def test_lane_of__call_of_a_claim_s_party__is_bound_whoever_signs(function, is_known):
    """API-4: that it would work shows who has signed it."""
    assert lane(function, is_known=is_known) is Lane.BOUND


def test_lane_of__claim__locks_stake():
    """API-4: so it needs no standing of before."""
    assert lane("claimRun") is Lane.KNOWN


@pytest.mark.parametrize("function", ["postRun", "fundRun", "cancelRun"])
def test_lane_of__call_with_money__depends_on_who_signs(function):
    """API-4: strangers have their part."""
    assert lane(function) is Lane.STRANGER
    assert lane(function, is_known=True) is Lane.KNOWN


def test_lane_of__draft__is_relayed_for_who_is_known_unless_it_is_said_otherwise():
    """API-4: it costs a stranger nothing."""
    with pytest.raises(RequestRefused, match="createRun of RunEscrow is relayed only for"):
        lane("createRun")
    assert lane("createRun", is_known=True) is Lane.KNOWN
    assert lane("createRun", drafts=True) is Lane.STRANGER


def test_lane_of__batch__is_that_of_its_last_call():
    """API-4: nothing rides along with an urgent one."""
    assert lane("submitWork", "postRun") is Lane.STRANGER
    assert lane("submitWork", "submitWork") is Lane.BOUND
    with pytest.raises(RequestRefused):
        lane("submitWork", "createRun")


def test_lane_of__permit__goes_with_what_it_pays_for():
    """API-4: alone it is worth nothing."""
    assert lane("selfPermit", "postRun", is_known=True) is Lane.KNOWN
    assert lane("selfPermit", "stake", contract="StakeRegistry") is Lane.STRANGER
    with pytest.raises(RequestRefused):
        lane("selfPermit")


@pytest.mark.parametrize("contract", RULES)
def test_rules__are_of_functions_that_the_contract_has(contract):
    """API-4: a mistyped line would relay nothing."""
    known = {entry["name"] for entry in entries(contract, "function")}

    assert set(RULES[contract]) <= known


def test_shares__fall__and_all_is_for_who_is_bound():
    """API-4: so a part of each budget is reserved for every lane but the last."""
    assert SHARES[Lane.BOUND] == 100
    assert [SHARES[lane] for lane in Lane] == sorted(SHARES.values(), reverse=True)
