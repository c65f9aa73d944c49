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
    MARKET_DELAY,
    MIN_STAKE,
    ZERO_ADDRESS,
)
from agentescrow.domain.eligibility import Ineligibility
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


@pytest.mark.parametrize("contract", ["registry", "escrow"])
def test_set_treasury__checked_and_announced(system, contract):
    """RUN-24, RUN-26."""
    vault = getattr(system, contract)
    nowhere = (
        ZERO_ADDRESS,
        vault.address,
        system.token.address,
        system.identity.address,
        system.forwarder.address,
    )

    with refused("OwnableUnauthorizedAccount", account=people.outsider):
        vault.send(people.outsider, "setTreasury", people.outsider)
    for to in nowhere:
        with refused("InvalidRecipient", to=to):
            vault.send(people.owner, "setTreasury", to)
    receipt = vault.send(people.owner, "setTreasury", people.next_treasury)

    assert [event.args["treasury"] for event in receipt.named("TreasurySet")] == [
        people.next_treasury.address
    ]
    assert vault.view("treasury") == people.next_treasury.address


def test_scheduled_market__usable_from_its_second_on(system):
    """STAKE-9, RUN-26."""
    registry, chain = system.registry, system.chain
    with refused("OwnableUnauthorizedAccount", account=people.outsider):
        registry.send(people.outsider, "scheduleMarket", people.third_market)
    receipt = registry.send(people.owner, "scheduleMarket", people.third_market)
    usable_at = receipt.timestamp + MARKET_DELAY

    assert registry.view("marketUsableAt", people.third_market) == usable_at
    with refused("MarketAlreadyScheduled", market=people.third_market, usableAt=usable_at):
        registry.send(people.owner, "scheduleMarket", people.third_market)
    with refused("InvalidRecipient", to=people.third_market):
        registry.send(people.owner, "setTreasury", people.third_market)
    chain.next_timestamp = usable_at - 1
    with refused("NotMarket", caller=people.third_market):
        registry.send(people.third_market, "lock", system.agent_id, 1, 1)
    assert not registry.view("isMarket", people.third_market)
    chain.next_timestamp = usable_at
    registry.send(people.third_market, "lock", system.agent_id, 1, 1)
    assert registry.view("isMarket", people.third_market)
    with refused("MarketAlreadyUsable", market=people.third_market, usableAt=usable_at):
        registry.send(people.owner, "cancelMarket", people.third_market)


def test_cancelled_market__is_forgotten(system):
    """STAKE-9."""
    registry = system.registry
    with refused("MarketNotScheduled", market=people.third_market):
        registry.send(people.owner, "cancelMarket", people.third_market)
    registry.send(people.owner, "scheduleMarket", people.third_market)
    with refused("OwnableUnauthorizedAccount", account=people.outsider):
        registry.send(people.outsider, "cancelMarket", people.third_market)

    receipt = registry.send(people.owner, "cancelMarket", people.third_market)

    [cancelled] = receipt.named("MarketCancelled")
    assert cancelled.args == {"market": people.third_market.address}
    assert registry.view("marketUsableAt", people.third_market) == 0


@pytest.mark.parametrize("function", ["lock", "release", "slash"])
def test_market_call__nobody_else__reverts(system, function):
    """STAKE-3."""
    args = {
        "lock": (system.agent_id, 1, 1),
        "release": (system.agent_id, 1, 0),
        "slash": (system.agent_id, 1, people.poster, 1),
    }[function]

    with refused("NotMarket", caller=people.outsider):
        system.registry.send(people.outsider, function, *args)


def test_lock__arguments_out_of_range__reverts(system):
    """STAKE-3."""
    registry, market = system.registry, people.second_market
    agent_id = system.agent_id

    with refused("ZeroAmount"):
        registry.send(market, "lock", agent_id, 0, 1)
    for status in (0, 3, 4, 255):
        with refused("MinStatusOutOfRange", minStatus=status, lowest=1, highest=2):
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
        registry.send(market, "slash", agent_id, 0, people.poster, 0)
    with refused("CompensationTooLarge", compensation=5, amount=4):
        registry.send(market, "slash", agent_id, 4, people.poster, 5)
    with refused("InvalidRecipient", to=ZERO_ADDRESS):
        registry.send(market, "slash", agent_id, 5, ZERO_ADDRESS, 4)
    with refused("InvalidRecipient", to=ZERO_ADDRESS):
        registry.send(market, "slash", agent_id, 5, ZERO_ADDRESS, 0)
    with refused("LockExceeded", agentId=agent_id, market=market, amount=6, locked=5):
        registry.send(market, "slash", agent_id, 6, people.poster, 0)


@pytest.mark.parametrize("compensation", [0, 2, 5])
def test_slash__compensation_and_rest__go_where_they_belong(system, compensation):
    """STAKE-8."""
    registry, market, agent_id = system.registry, people.second_market, system.agent_id
    registry.send(market, "lock", agent_id, 5, 1)

    registry.send(market, "slash", agent_id, 5, people.outsider, compensation)

    assert system.balance(people.outsider) == compensation
    assert system.balance(people.treasury) == 5 - compensation
    assert registry.view("totalOwed") == system.balance(registry) == 4 * MIN_STAKE - 5


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
    """STAKE-2, STAKE-9: no market can be scheduled to shut an owner out."""
    system.registry.send(people.owner, "scheduleMarket", people.agent_owner)

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
