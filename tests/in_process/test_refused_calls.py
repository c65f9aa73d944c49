"""Calls that are refused before anything happens, and which check comes first.

when entries are paused
    it should refuse every one of them, and nothing else
when a market calls with what makes no sense
    it should refuse it
when somebody has no right
    it should refuse it
"""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import (
    DAY,
    MAX_TEXT,
    MIN_STAKE,
    STAKE_MAX,
    ZERO_ADDRESS,
)
from agentescrow.domain.runs.eligibility import Ineligibility
from tests.in_process.refusal import refused
from tests.in_process.system import IPFS
from tests.stateful import people

_AUTHORIZATION = (people.poster.address, 0, 2**48, bytes(32), b"")


@pytest.mark.parametrize(
    "entry", ["createRun", "postRun", "postRunWithAuthorization", "fundRun", "claimRun"]
)
def test_entry__paused__reverts(system, entry):
    """RUN-18."""
    draft, run_id = system.draft(), system.open()
    args = {
        "createRun": (system.terms(), IPFS),
        "postRun": (system.terms(), IPFS),
        "postRunWithAuthorization": (system.terms(), IPFS, _AUTHORIZATION),
        "fundRun": (draft,),
        "claimRun": (run_id, system.agent_id),
    }[entry]
    sender = people.agent_owner if entry == "claimRun" else people.poster
    system.escrow.send(people.owner, "pause")

    with refused("EnforcedPause"):
        system.escrow.send(sender, entry, *args)

    assert system.escrow.view("claimEligibility", run_id, system.agent_id) == Ineligibility.PAUSED


@pytest.mark.parametrize("function", ["pause", "unpause"])
def test_pause__not_the_owner__reverts(system, function):
    """RUN-18."""
    if function == "unpause":
        system.escrow.send(people.owner, "pause")

    with refused("OwnableUnauthorizedAccount", account=people.outsider):
        system.escrow.send(people.outsider, function)


def test_set_treasury__checked_and_announced(system):
    """RUN-24, RUN-26."""
    escrow = system.escrow
    system.registry.send(people.owner, "addMarket", people.third_market)
    nowhere = (
        ZERO_ADDRESS,
        escrow.address,
        system.registry.address,
        system.token.address,
        system.identity.address,
        system.forwarder.address,
        people.second_market.address,
        people.third_market.address,
    )

    with refused("OwnableUnauthorizedAccount", account=people.outsider):
        escrow.send(people.outsider, "setTreasury", people.outsider)
    for to in nowhere:
        with refused("InvalidRecipient", to=to):
            escrow.send(people.owner, "setTreasury", to)
    receipt = escrow.send(people.owner, "setTreasury", people.next_treasury)

    assert [event.args["treasury"] for event in receipt.named("TreasurySet")] == [
        people.next_treasury.address
    ]
    assert escrow.view("treasury") == people.next_treasury.address


def test_sweep__treasury_that_became_a_market__reverts(system):
    """RUN-24, RUN-26."""
    system.approved()
    system.registry.send(people.owner, "addMarket", people.treasury)

    with refused("InvalidRecipient", to=people.treasury):
        system.escrow.send(people.outsider, "sweepFees")


@pytest.mark.parametrize("contract", ["registry", "escrow"])
def test_renounce_ownership__nobody__may(system, contract):
    """STAKE-9."""
    vault = getattr(system, contract)

    for caller in (people.owner, people.outsider):
        with refused("OwnershipNotRenounceable"):
            vault.send(caller, "renounceOwnership")

    assert vault.view("owner") == people.owner.address


def test_pause__is_over__lets_claims_again(system):
    """RUN-18: what the registry was told, it is told back."""
    run_id = system.open()
    system.escrow.send(people.owner, "pause")
    with refused("EnforcedPause"):
        system.escrow.send(people.agent_owner, "claimRun", run_id, system.agent_id)
    system.escrow.send(people.owner, "unpause")

    system.escrow.send(people.agent_owner, "claimRun", run_id, system.agent_id)


def test_stop_claims__market__takes_no_claim_and_bonds_go_on(system):
    """RUN-18, STAKE-11."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    registry.send(market, "stopClaims", True)
    with refused("ClaimsStopped", market=market):
        registry.send(market, "lock", agent_id, 1, 1)
    registry.send(market, "lock", agent_id, 1, 0)
    registry.send(market, "stopClaims", False)

    registry.send(market, "lock", agent_id, 1, 1)


def test_added_market__locks_what_it_is_allowed(system):
    """STAKE-9, RUN-26."""
    registry, market, agent_id = system.registry, people.third_market, system.agent_id
    owner, agent = people.owner, people.agent_owner
    with refused("OwnableUnauthorizedAccount", account=people.outsider):
        registry.send(people.outsider, "addMarket", market)
    with refused("MarketUnknown", market=market):
        registry.send(agent, "allowMarket", agent_id, market, 1)
    with refused("NotMarket", caller=market):
        registry.send(market, "lock", agent_id, 1, 1)

    receipt = registry.send(owner, "addMarket", market)

    assert [event.args for event in receipt.named("MarketAdded")] == [{"market": market.address}]
    with refused("MarketAlreadyAdded", market=market):
        registry.send(owner, "addMarket", market)
    assert registry.view("marketAllowance", agent_id, market) == 0
    assert not registry.view("allowsClaim", agent_id, market, 1)
    with refused("MarketNotAllowed", agentId=agent_id, market=market, required=1, allowance=0):
        registry.send(market, "lock", agent_id, 1, 1)
    _refuse_bad_consent(system, market)
    registry.send(agent, "allowMarket", agent_id, market, 5)
    assert registry.view("marketAllowance", agent_id, market) == 5
    registry.send(market, "lock", agent_id, 3, 0)
    assert registry.view("allowsClaim", agent_id, market, 2)
    assert not registry.view("allowsClaim", agent_id, market, 3)
    with refused("MarketNotAllowed", agentId=agent_id, market=market, required=6, allowance=5):
        registry.send(market, "lock", agent_id, 3, 0)
    with refused("CapBelowLocked", agentId=agent_id, market=market, cap=2, locked=3):
        registry.send(agent, "allowMarket", agent_id, market, 2)
    receipt = registry.send(agent, "allowMarket", agent_id, market, 3)
    assert [tuple(event.args.values()) for event in receipt.named("MarketAllowed")] == [
        (agent_id, market.address, 3)
    ]


def _refuse_bad_consent(system, market) -> None:
    registry, agent_id, agent = system.registry, system.agent_id, people.agent_owner
    with refused("AgentUnknown", agentId=99):
        registry.send(agent, "allowMarket", 99, market, 1)
    with refused("NotAgentOwner", agentId=agent_id, caller=people.owner):
        registry.send(people.owner, "allowMarket", agent_id, market, 1)
    with refused("CapTooLarge", cap=STAKE_MAX + 1, highest=STAKE_MAX):
        registry.send(agent, "allowMarket", agent_id, market, STAKE_MAX + 1)
    for given in (system.escrow, people.second_market):
        with refused("MarketNeedsNoAllowance", market=given):
            registry.send(agent, "allowMarket", agent_id, given, 1)
        assert registry.view("marketAllowance", agent_id, given) == STAKE_MAX


def test_added_market__consent_goes_with_the_owner(system):
    """STAKE-9, STAKE-10."""
    registry, market, agent_id = system.registry, people.third_market, system.agent_id
    registry.send(people.owner, "addMarket", market)
    registry.send(people.agent_owner, "allowMarket", agent_id, market, 5)

    args = (people.agent_owner, people.outsider, agent_id)
    system.identity.send(people.agent_owner, "transferFrom", *args)

    assert registry.view("marketAllowance", agent_id, market) == 0
    with refused("MarketNotAllowed", agentId=agent_id, market=market, required=1, allowance=0):
        registry.send(market, "lock", agent_id, 1, 1)
    registry.send(people.outsider, "allowMarket", agent_id, market, 1)
    registry.send(market, "lock", agent_id, 1, 1)


def test_retired_market__locks_no_more_and_lets_go(system):
    """STAKE-9."""
    registry, agent_id, owner = system.registry, system.agent_id, people.owner
    added, given = people.third_market, people.second_market
    with refused("MarketUnknown", market=added):
        registry.send(owner, "retireMarket", added)
    registry.send(owner, "addMarket", added)
    registry.send(people.agent_owner, "allowMarket", agent_id, added, 5)
    for market in (added, given):
        registry.send(market, "lock", agent_id, 2, 1)
        with refused("OwnableUnauthorizedAccount", account=people.outsider):
            registry.send(people.outsider, "retireMarket", market)
        receipt = registry.send(owner, "retireMarket", market)
        assert [event.args["market"] for event in receipt.named("MarketRetired")] == [
            market.address
        ]
        for function in ("retireMarket", "addMarket"):
            with refused("MarketIsRetired", market=market):
                registry.send(owner, function, market)
        with refused("MarketIsRetired", market=market):
            registry.send(market, "lock", agent_id, 1, 1)
        assert not registry.view("isMarket", market)
        assert registry.view("belongsToSystem", market)
        assert not registry.view("allowsClaim", agent_id, market, 1)

    with refused("MarketIsRetired", market=added):
        registry.send(added, "lock", agent_id, 1, 0)
    with refused("MarketIsRetired", market=added):
        registry.send(people.agent_owner, "allowMarket", agent_id, added, 1)
    assert registry.view("marketAllowance", agent_id, added) == 0
    registry.send(given, "lock", agent_id, 1, 0)
    for market in (added, given):
        registry.send(market, "release", agent_id, 1, 1)
        registry.send(market, "slash", agent_id, 1, 1, people.poster, False)
    assert registry.view("getAgent", agent_id)[1] == 1


def test_retired_escrow__takes_no_claim(system):
    """RUN-5, STAKE-9."""
    run_id = system.open()
    system.registry.send(people.owner, "retireMarket", system.escrow)

    assert system.escrow.view("claimEligibility", run_id, system.agent_id) == (
        Ineligibility.MARKET_NOT_ALLOWED
    )
    with refused("MarketIsRetired", market=system.escrow):
        system.escrow.send(people.agent_owner, "claimRun", run_id, system.agent_id)


@pytest.mark.parametrize("text", ["x" * (MAX_TEXT + 1), "€" * 683])
def test_text__one_byte_too_many__reverts(system, text):
    """RUN-27."""
    poster, agent, long = people.poster, people.agent_owner, {"max": MAX_TEXT}
    long["length"] = len(text.encode())
    claimed, submitted = system.claimed(), system.submitted(max_revisions=1)
    rejectable = system.submitted(max_revisions=0)
    calls = [
        (poster, "createRun", system.terms(), text),
        (poster, "postRun", system.terms(), text),
        (people.outsider, "postRunWithAuthorization", system.terms(), text, _AUTHORIZATION),
        (agent, "submitWork", claimed, text),
        (poster, "requestRevision", submitted, text),
        (poster, "reject", rejectable, text),
    ]

    for sender, function, *args in calls:
        with refused("TextTooLong", **long):
            system.escrow.send(sender, function, *args)


def test_text__as_long_as_may_be__passes(system):
    """RUN-27."""
    poster, agent, text = people.poster, people.agent_owner, "x" * MAX_TEXT
    system.escrow.send(poster, "createRun", system.terms(), text)
    system.escrow.send(poster, "postRun", system.terms(max_revisions=1), text)
    run_id = system.escrow.view("runCount")
    system.escrow.send(agent, "claimRun", run_id, system.agent_id)

    for sender, function in (
        (agent, "submitWork"),
        (poster, "requestRevision"),
        (agent, "submitWork"),
        (poster, "reject"),
    ):
        system.escrow.send(sender, function, run_id, text)


@pytest.mark.parametrize("function", ["lock", "release", "slash"])
def test_market_call__nobody_else__reverts(system, function):
    """STAKE-3."""
    args = {
        "lock": (system.agent_id, 1, 1),
        "release": (system.agent_id, 1, 0),
        "slash": (system.agent_id, 1, 1, people.poster, True),
    }[function]

    with refused("NotMarket", caller=people.outsider):
        system.registry.send(people.outsider, function, *args)


def test_lock__arguments_out_of_range__reverts(system):
    """STAKE-3."""
    registry, market = system.registry, people.second_market
    agent_id = system.agent_id

    with refused("ZeroAmount"):
        registry.send(market, "lock", agent_id, 0, 1)
    for status in (3, 4, 255):
        with refused("MinStatusOutOfRange", minStatus=status, lowest=0, highest=2):
            registry.send(market, "lock", agent_id, 1, status)
    with refused("StatusTooLow", agentId=agent_id, status=1, required=2):
        registry.send(market, "lock", agent_id, 1, 2)
    with refused(
        "InsufficientStake", agentId=agent_id, available=4 * MIN_STAKE, required=4 * MIN_STAKE + 1
    ):
        registry.send(market, "lock", agent_id, 4 * MIN_STAKE + 1, 1)


def test_release__arguments_out_of_range__reverts(system):
    """STAKE-3."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    registry.send(market, "lock", agent_id, 5, 1)

    with refused("ZeroAmount"):
        registry.send(market, "release", agent_id, 0, 0)
    with refused("OutcomeOutOfRange", outcome=3, highest=2):
        registry.send(market, "release", agent_id, 1, 3)
    with refused("LockExceeded", agentId=agent_id, market=market, amount=6, locked=5):
        registry.send(market, "release", agent_id, 6, 0)


def test_slash__arguments_out_of_range__reverts(system):
    """STAKE-3, STAKE-8."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    registry.send(market, "lock", agent_id, 5, 1)

    with refused("ZeroAmount"):
        registry.send(market, "slash", agent_id, 0, 1, people.poster, True)
    with refused("ZeroAmount"):
        registry.send(market, "slash", agent_id, 1, 0, people.poster, False)
    with refused("PenaltyTooLarge", penalty=5, amount=4):
        registry.send(market, "slash", agent_id, 4, 5, people.poster, True)
    for to in (ZERO_ADDRESS, registry.address):
        with refused("InvalidRecipient", to=to):
            registry.send(market, "slash", agent_id, 5, 5, to, True)
    with refused("LockExceeded", agentId=agent_id, market=market, amount=6, locked=5):
        registry.send(market, "slash", agent_id, 6, 1, people.poster, True)


@pytest.mark.parametrize("strike", [True, False])
@pytest.mark.parametrize("penalty", [1, 2, 5])
def test_slash__penalty_and_rest__go_where_they_belong(system, penalty, strike):
    """STAKE-6, STAKE-8, STAKE-11: a market may be the injured."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    registry.send(market, "lock", agent_id, 5, 1)

    receipt = registry.send(market, "slash", agent_id, 5, penalty, market, strike)

    [slashed] = receipt.named("StakeSlashed")
    assert tuple(slashed.args.values())[3:] == (5, penalty, strike, int(strike))
    assert system.balance(market) == penalty
    staked = 4 * MIN_STAKE - penalty
    assert registry.view("totalOwed") == system.balance(registry) == staked
    agent = registry.view("getAgent", agent_id)
    assert agent[:2] == (staked, 0)
    assert agent[6:] == (int(strike), strike)


def test_bond__asks_no_status_and_counts_no_claim(system):
    """STAKE-11."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    registry.send(market, "lock", agent_id, 1, 1)
    registry.send(market, "slash", agent_id, 1, 1, people.poster, True)
    left = 4 * MIN_STAKE - 1

    receipt = registry.send(market, "lock", agent_id, left, 0)

    [locked] = receipt.named("StakeLocked")
    assert tuple(locked.args.values()) == (agent_id, market.address, left, 0)
    agent = registry.view("getAgent", agent_id)
    assert (agent[1], agent[3]) == (left, 1)
    with refused("InsufficientStake", agentId=agent_id, available=0, required=1):
        registry.send(market, "lock", agent_id, 1, 0)


def test_unstake__where_money_would_be_lost__reverts(system):
    """STAKE-2, RUN-26."""
    registry, agent_id = system.registry, system.agent_id

    for to in (system.escrow.address, registry.address, system.token.address, ZERO_ADDRESS):
        with refused("InvalidRecipient", to=to):
            registry.send(people.agent_owner, "unstake", agent_id, 1, to)
    with refused("ZeroAmount"):
        registry.send(people.agent_owner, "unstake", agent_id, 0, people.agent_owner)
    with refused("NotAgentOwner", agentId=agent_id, caller=people.outsider):
        registry.send(people.outsider, "unstake", agent_id, 1, people.agent_owner)


def test_unstake__operator__to_the_owner_only(system):
    """STAKE-2."""
    registry, agent_id = system.registry, system.agent_id
    system.identity.send(people.agent_owner, "approve", people.agent_operator, agent_id)

    with refused(
        "UnstakeOnlyToOwner", agentId=agent_id, to=people.agent_operator, owner=people.agent_owner
    ):
        registry.send(people.agent_operator, "unstake", agent_id, 1, people.agent_operator)
    registry.send(people.agent_operator, "unstake", agent_id, 1, people.agent_owner)


def test_unstake__owner_whose_address_was_made_a_market__is_paid(system):
    """STAKE-2, STAKE-9: no market can be added to shut an owner out."""
    system.registry.send(people.owner, "addMarket", people.agent_owner)

    system.registry.send(people.agent_owner, "unstake", system.agent_id, 1, people.agent_owner)

    with refused("InvalidRecipient", to=people.second_market):
        system.registry.send(
            people.agent_owner, "unstake", system.agent_id, 1, people.second_market
        )


def test_claim_eligibility__every_reason_of_the_run(system):
    """RUN-5."""
    draft = system.draft()
    run_id = system.open()
    assert system.escrow.view("claimEligibility", draft, system.agent_id) == (
        Ineligibility.RUN_NOT_OPEN
    )
    system.chain.warp(3 * DAY)
    assert system.escrow.view("claimEligibility", run_id, system.agent_id) == (
        Ineligibility.DEADLINE_PASSED
    )


def test_claim__posters_own_agent__reverts(system):
    """RUN-5 (threat: poster == agent): its wallet is an operator, whoever asks."""
    run_id = system.open()
    [registered] = system.identity.send(people.poster, "register()").named("Registered")
    own = registered.args["agentId"]
    system.registry.send(people.agent_owner, "stake", own, MIN_STAKE)

    assert system.escrow.view("claimEligibility", run_id, own) == Ineligibility.SELF_CLAIM
    with refused("SelfClaim", runId=run_id, agentId=own, poster=people.poster):
        system.escrow.send(people.poster, "claimRun", run_id, own)
