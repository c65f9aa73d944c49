"""allowMarket(agentId, market, cap), its views, and what a market that was added may lock.

allowMarket
    when the identity registry does not know the agent, or does not answer
        it should revert with AgentUnknown
    when the caller is not the owner of the NFT (an operator, the wallet, the contracts' owner)
        it should revert with NotAgentOwner
    when the market is none, or not yet
        it should revert with MarketUnknown
    when it is one of the constructor's, retired or not
        it should revert with MarketNeedsNoAllowance
    when it was added and retired
        it should revert with MarketIsRetired
    when the cap has more than 48 bits
        it should revert with CapTooLarge
    when the market holds more than the cap locked
        it should revert with CapBelowLocked
    otherwise
        it should keep the cap and emit MarketAllowed, also through the forwarder
        it should replace the cap that was there
marketAllowance
    it should be 2^48 - 1 for markets of the constructor, 0 for what is no market
    it should be the cap for as long as who set it owns the NFT
    it should be 0 once the market is retired
lock, by a market that was added
    when nothing was allowed, or the cap is zero
        it should revert with MarketNotAllowed
    when it would hold more than the cap (one more; in several locks; of another agent)
        it should revert with MarketNotAllowed
    when it holds the cap afterwards
        it should lock claims and bonds alike
    given the NFT was sold
        it should revert until the buyer allows it; locks made before go on
    given it was sold back
        it should bind again, unless the buyer set a cap
    given the identity registry does not answer
        it should revert; releases and slashes go on
allowsClaim
    it should say beforehand whether lock would revert for want of consent, or of a market
"""

from __future__ import annotations

import pytest

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.constants import MIN_STAKE
from localnet.host import Web3Host
from tests.contracts.outcome import emitted, reverting

UNKNOWN_ID = 2**31
MOST = 2**48 - 1


@pytest.fixture
def allowed(registry, agent, agent_id, added):
    """Has `agent` allow the added market `cap`; returns the market."""

    def allow(cap: int = MIN_STAKE):
        registry.allowMarket(agent_id, added, cap, sender=agent)
        return added

    return allow


@pytest.fixture
def rich(registry, agent, agent_id):
    """The agent has five times the minimum staked."""
    registry.stake(agent_id, 4 * MIN_STAKE, sender=agent)
    return agent_id


def test_allow_market__unknown_agent__reverts(registry, agent, added):
    """STAKE-9, RUN-26."""
    with reverting(registry.AgentUnknown, agentId=UNKNOWN_ID):
        registry.allowMarket(UNKNOWN_ID, added, 1, sender=agent)


def test_allow_market__identity_registry_fails__reverts(registry, agent, agent_id, added, w3):
    """STAKE-9, STAKE-10: no answer is no owner."""
    Web3Host(w3).set_code(registry.identities(), b"")

    with reverting(registry.AgentUnknown, agentId=agent_id):
        registry.allowMarket(agent_id, added, 1, sender=agent)


@pytest.mark.parametrize("who", ["poster", "owner", "treasury", "added", "market"])
def test_allow_market__not_the_owner_of_the_nft__reverts(request, registry, agent_id, added, who):
    """STAKE-9 (threat: the platform consents in an agent's place)."""
    caller = request.getfixturevalue(who)

    with reverting(registry.NotAgentOwner, agentId=agent_id, caller=caller):
        registry.allowMarket(agent_id, added, MIN_STAKE, sender=caller)


@pytest.mark.parametrize("role", ["approved", "operator_of_the_owner", "wallet"])
def test_allow_market__operator__reverts(
    registry, identity, agent, agent_id, relayer, added, signing, clock, role
):
    """STAKE-9: whoever works with an agent does not dispose of its stake."""
    if role == "approved":
        identity.approve(relayer, agent_id, sender=agent)
    elif role == "operator_of_the_owner":
        identity.setApprovalForAll(relayer, True, sender=agent)
    else:
        until = clock.now() + 60
        consent = signing.wallet_consent(relayer, agent_id, agent, until)
        identity.setAgentWallet(agent_id, relayer, until, consent, sender=agent)

    with reverting(registry.NotAgentOwner, agentId=agent_id, caller=relayer):
        registry.allowMarket(agent_id, added, MIN_STAKE, sender=relayer)


@pytest.mark.parametrize("what", ["relayer", "registry", "usdc"])
def test_allow_market__no_market__reverts(request, registry, agent, agent_id, what):
    """STAKE-9: nobody consents beforehand to what an address may become."""
    never = request.getfixturevalue(what)

    with reverting(registry.MarketUnknown, market=never):
        registry.allowMarket(agent_id, never, MIN_STAKE, sender=agent)


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize("retired", [False, True])
def test_allow_market__of_the_constructor__reverts(
    request, registry, owner, agent, agent_id, which, retired
):
    """STAKE-9: a cap that binds nobody would only seem to protect."""
    given = request.getfixturevalue(which)
    if retired:
        registry.retireMarket(given, sender=owner)

    with reverting(registry.MarketNeedsNoAllowance, market=given):
        registry.allowMarket(agent_id, given, MIN_STAKE, sender=agent)


def test_allow_market__retired__reverts(registry, owner, agent, agent_id, added):
    """STAKE-9."""
    registry.retireMarket(added, sender=owner)

    with reverting(registry.MarketIsRetired, market=added):
        registry.allowMarket(agent_id, added, MIN_STAKE, sender=agent)


@pytest.mark.parametrize("cap", [MOST + 1, 2**256 - 1])
def test_allow_market__cap_above_48_bits__reverts(registry, agent, agent_id, added, cap):
    """STAKE-9 (threat: unsafe narrowing)."""
    with reverting(registry.CapTooLarge, cap=cap, highest=MOST):
        registry.allowMarket(agent_id, added, cap, sender=agent)


@pytest.mark.parametrize("cap", [0, MIN_STAKE - 1])
def test_allow_market__cap_below_what_is_locked__reverts(registry, agent, rich, allowed, cap):
    """STAKE-9: consent to what is locked cannot be taken back."""
    market = allowed(2 * MIN_STAKE)
    registry.lock(rich, MIN_STAKE, 1, sender=market)

    with reverting(registry.CapBelowLocked, agentId=rich, market=market, cap=cap, locked=MIN_STAKE):
        registry.allowMarket(rich, market, cap, sender=agent)


def test_allow_market__cap_of_exactly_what_is_locked__stops_the_next_lock(
    registry, agent, rich, allowed
):
    """STAKE-9."""
    market = allowed(2 * MIN_STAKE)
    registry.lock(rich, MIN_STAKE, 1, sender=market)

    registry.allowMarket(rich, market, MIN_STAKE, sender=agent)

    values = {"agentId": rich, "market": market}
    with reverting(
        registry.MarketNotAllowed, **values, required=MIN_STAKE + 1, allowance=MIN_STAKE
    ):
        registry.lock(rich, 1, 1, sender=market)


@pytest.mark.parametrize("cap", [0, 1, MIN_STAKE, MOST])
def test_allow_market__by_the_owner_of_the_nft__keeps_the_cap(
    registry, agent, agent_id, added, cap, ledger
):
    """STAKE-9."""
    with ledger.moves():
        tx = registry.allowMarket(agent_id, added, cap, sender=agent)

    assert emitted(tx, registry) == [("MarketAllowed", agent_id, added, cap)]
    assert registry.marketAllowance(agent_id, added) == cap


def test_allow_market__again__replaces_the_cap(registry, agent_id, allowed):
    """STAKE-9: changeable, up and down."""
    for cap in (5, MOST, 0, 7):
        assert registry.marketAllowance(agent_id, allowed(cap)) == cap


def test_allow_market__through_the_forwarder__is_the_signers_consent(
    registry, forwarder, agent, agent_id, added, relayer, signing
):
    """STAKE-9, RUN-19."""
    call = registry.allowMarket.encode_input(agent_id, added, MIN_STAKE)

    forwarder.execute(signing.request(agent, registry, call), sender=relayer)

    assert registry.marketAllowance(agent_id, added) == MIN_STAKE


def test_allow_market__forwarded_in_anothers_name__reverts(
    registry, forwarder, agent, agent_id, added, relayer, poster, signing
):
    """STAKE-9, RUN-19 (threat: spoofed sender)."""
    call = bytes(registry.allowMarket.encode_input(agent_id, added, MIN_STAKE))
    request = signing.request(poster, registry, call + bytes.fromhex(agent.address[2:]))

    with reverting(forwarder.FailedCall):
        forwarder.execute(request, sender=relayer)


@pytest.mark.parametrize("which", ["market", "second_market"])
@pytest.mark.parametrize("retired", [False, True])
def test_market_allowance__of_the_constructor__is_the_most_there_is(
    request, registry, owner, agent_id, which, retired
):
    """STAKE-9: no consent is asked; that a retired one takes no claim is another question."""
    given = request.getfixturevalue(which)
    if retired:
        registry.retireMarket(given, sender=owner)

    assert registry.marketAllowance(agent_id, given) == MOST
    assert registry.marketAllowance(UNKNOWN_ID, given) == MOST


@pytest.mark.parametrize("what", ["relayer", "registry", "added"])
def test_market_allowance__nothing_allowed__is_zero(request, registry, agent_id, what):
    """STAKE-9."""
    assert registry.marketAllowance(agent_id, request.getfixturevalue(what)) == 0


def test_market_allowance__retired__is_zero(registry, owner, agent_id, allowed):
    """STAKE-9."""
    market = allowed()

    registry.retireMarket(market, sender=owner)

    assert registry.marketAllowance(agent_id, market) == 0


def test_market_allowance__identity_registry_fails__is_zero(registry, agent_id, allowed, w3):
    """STAKE-9: no answer is no consent."""
    market = allowed()

    Web3Host(w3).set_code(registry.identities(), b"")

    assert registry.marketAllowance(agent_id, market) == 0


def test_market_allowance__of_another_agent_or_market__is_its_own(
    registry, owner, newcomer_id, agent_id, relayer, allowed
):
    """STAKE-9."""
    registry.addMarket(relayer, sender=owner)
    market = allowed()

    assert registry.marketAllowance(newcomer_id, market) == 0
    assert registry.marketAllowance(agent_id, relayer) == 0


@pytest.mark.parametrize("min_status", [0, 1])
@pytest.mark.parametrize("cap", [None, 0])
def test_lock__added_market_without_consent__reverts(
    registry, agent_id, added, allowed, cap, min_status
):
    """STAKE-9 (threat: the owner adds a market of its own to take stakes)."""
    if cap is not None:
        allowed(cap)

    with reverting(
        registry.MarketNotAllowed, agentId=agent_id, market=added, required=1, allowance=0
    ):
        registry.lock(agent_id, 1, min_status, sender=added)


@pytest.mark.parametrize("min_status", [0, 1])
def test_lock__added_market_beyond_its_cap__reverts(registry, agent_id, allowed, min_status):
    """STAKE-9."""
    market = allowed(MIN_STAKE - 1)

    with reverting(
        registry.MarketNotAllowed,
        agentId=agent_id,
        market=market,
        required=MIN_STAKE,
        allowance=MIN_STAKE - 1,
    ):
        registry.lock(agent_id, MIN_STAKE, min_status, sender=market)


@pytest.mark.parametrize("min_status", [0, 1])
def test_lock__added_market_up_to_its_cap__locks(registry, agent_id, allowed, min_status):
    """STAKE-9, STAKE-11."""
    market = allowed(MIN_STAKE)

    tx = registry.lock(agent_id, MIN_STAKE, min_status, sender=market)

    assert emitted(tx, registry) == [("StakeLocked", agent_id, market, MIN_STAKE, min_status)]
    assert registry.getAgent(agent_id).locked == MIN_STAKE


def test_lock__added_market_in_several_locks__counts_what_it_holds(registry, rich, allowed):
    """STAKE-9: the cap is on what is locked at a time."""
    market = allowed(2 * MIN_STAKE)
    for _ in range(2):
        registry.lock(rich, MIN_STAKE, 1, sender=market)
    values = {"agentId": rich, "market": market, "allowance": 2 * MIN_STAKE}
    with reverting(registry.MarketNotAllowed, **values, required=2 * MIN_STAKE + 1):
        registry.lock(rich, 1, 1, sender=market)

    registry.release(rich, MIN_STAKE, 1, sender=market)
    registry.lock(rich, MIN_STAKE, 1, sender=market)

    assert registry.getAgent(rich).locked == 2 * MIN_STAKE


@pytest.mark.parametrize(
    ("amount", "required"),
    [(2**255, 2**255 + 1), (2**256 - 2, 2**256 - 1), (2**256 - 1, 2**256 - 1)],
)
def test_lock__amount_beyond_all_bounds__reverts(registry, rich, allowed, amount, required):
    """STAKE-9 (threat: arithmetic that wraps, or panics)."""
    market = allowed(MOST)
    registry.lock(rich, 1, 1, sender=market)

    values = {"agentId": rich, "market": market, "allowance": MOST}
    with reverting(registry.MarketNotAllowed, **values, required=required):
        registry.lock(rich, amount, 1, sender=market)


def test_lock__locks_of_others__are_not_counted_against_the_cap(
    registry, rich, locked, second_market, market, allowed
):
    """STAKE-3, STAKE-9."""
    registry.lock(rich, MIN_STAKE, 1, sender=market)
    registry.lock(rich, MIN_STAKE, 1, sender=second_market)

    registry.lock(rich, MIN_STAKE, 1, sender=allowed(MIN_STAKE))

    assert registry.getAgent(rich).locked == 3 * MIN_STAKE


def test_lock__allowed_more_than_there_is__finds_no_more(registry, agent_id, allowed):
    """STAKE-3, STAKE-9: consent makes no stake."""
    market = allowed(MOST)

    with reverting(
        registry.InsufficientStake,
        agentId=agent_id,
        available=MIN_STAKE,
        required=MIN_STAKE + 1,
    ):
        registry.lock(agent_id, MIN_STAKE + 1, 1, sender=market)


def test_lock__nft_sold__needs_the_buyers_consent(
    registry, identity, agent, buyer, agent_id, allowed
):
    """STAKE-9, STAKE-10: a buyer is bound by nothing that the seller allowed."""
    market = allowed()
    identity.transferFrom(agent, buyer, agent_id, sender=agent)
    assert registry.marketAllowance(agent_id, market) == 0
    with reverting(
        registry.MarketNotAllowed, agentId=agent_id, market=market, required=1, allowance=0
    ):
        registry.lock(agent_id, 1, 1, sender=market)
    with reverting(registry.NotAgentOwner, agentId=agent_id, caller=agent):
        registry.allowMarket(agent_id, market, MIN_STAKE, sender=agent)

    registry.allowMarket(agent_id, market, 1, sender=buyer)

    registry.lock(agent_id, 1, 1, sender=market)
    assert registry.getAgent(agent_id).locked == 1


def test_lock__nft_sold_and_bought_back__binds_again(
    registry, identity, agent, buyer, agent_id, allowed
):
    """STAKE-9: a cap binds whenever who set it owns the NFT."""
    market = allowed()
    identity.transferFrom(agent, buyer, agent_id, sender=agent)
    identity.transferFrom(buyer, agent, agent_id, sender=buyer)

    assert registry.marketAllowance(agent_id, market) == MIN_STAKE
    registry.lock(agent_id, MIN_STAKE, 1, sender=market)


def test_lock__nft_bought_back_from_a_buyer_who_set_a_cap__has_allowed_nothing(
    registry, identity, agent, buyer, agent_id, allowed
):
    """STAKE-9: there is one cap, and it is of whoever set it last."""
    market = allowed()
    identity.transferFrom(agent, buyer, agent_id, sender=agent)
    registry.allowMarket(agent_id, market, 5, sender=buyer)
    identity.transferFrom(buyer, agent, agent_id, sender=buyer)

    assert registry.marketAllowance(agent_id, market) == 0
    with reverting(
        registry.MarketNotAllowed, agentId=agent_id, market=market, required=1, allowance=0
    ):
        registry.lock(agent_id, 1, 1, sender=market)


def test_lock__nft_sold_with_a_lock_in_it__ends_as_ever(
    registry, identity, agent, buyer, poster, rich, allowed, ledger
):
    """STAKE-9, STAKE-10: what is locked stays locked; the buyer's cap cannot be below it."""
    market = allowed(2 * MIN_STAKE)
    registry.lock(rich, 2 * MIN_STAKE, 1, sender=market)
    identity.transferFrom(agent, buyer, rich, sender=agent)
    values = {"agentId": rich, "market": market, "cap": 1, "locked": 2 * MIN_STAKE}
    with reverting(registry.CapBelowLocked, **values):
        registry.allowMarket(rich, market, 1, sender=buyer)

    registry.release(rich, MIN_STAKE, 1, sender=market)
    with ledger.moves({registry: -1, poster: 1}):
        registry.slash(rich, MIN_STAKE, 1, poster, True, sender=market)

    assert registry.getAgent(rich).locked == 0


def test_lock__identity_registry_fails__reverts_and_exits_go_on(
    registry, rich, allowed, poster, w3, ledger
):
    """STAKE-9, STAKE-10: no answer is no consent; no way out depends on one."""
    market = allowed(2 * MIN_STAKE)
    registry.lock(rich, MIN_STAKE, 1, sender=market)
    Web3Host(w3).set_code(registry.identities(), b"")
    values = {"agentId": rich, "market": market, "required": MIN_STAKE + 1, "allowance": 0}
    with reverting(registry.MarketNotAllowed, **values):
        registry.lock(rich, 1, 1, sender=market)

    registry.release(rich, 1, 0, sender=market)
    with ledger.moves({registry: -1, poster: 1}):
        registry.slash(rich, MIN_STAKE - 1, 1, poster, False, sender=market)


def test_lock__frozen_agent_that_allowed_it__is_refused_for_its_status(
    registry, agent, agent_id, locked, market, poster, allowed
):
    """STAKE-3, STAKE-9: consent is one condition more, not one less."""
    frozen = locked()
    registry.slash(frozen, MIN_STAKE, 1, poster, True, sender=market)

    with reverting(registry.StatusTooLow, agentId=agent_id, status=AgentStatus.FROZEN, required=1):
        registry.lock(agent_id, 1, 1, sender=allowed())


@pytest.mark.parametrize("which", ["market", "second_market"])
def test_allows_claim__of_the_constructor__until_it_is_retired(
    request, registry, owner, agent_id, which
):
    """RUN-5, STAKE-9."""
    given = request.getfixturevalue(which)
    assert registry.allowsClaim(agent_id, given, 2**256 - 1)

    registry.retireMarket(given, sender=owner)

    assert not registry.allowsClaim(agent_id, given, 1)


def test_allows_claim__added__up_to_the_cap_and_until_it_is_retired(
    registry, owner, rich, added, allowed
):
    """RUN-5, STAKE-9."""
    assert not registry.allowsClaim(rich, added, 1)
    allowed(MIN_STAKE)
    registry.lock(rich, 5, 1, sender=added)

    assert registry.allowsClaim(rich, added, MIN_STAKE - 5)
    for amount in (MIN_STAKE - 4, 2**256 - 5, 2**256 - 1):
        assert not registry.allowsClaim(rich, added, amount)
    registry.retireMarket(added, sender=owner)
    assert not registry.allowsClaim(rich, added, 1)


def test_allows_claim__sold__not_until_the_buyer_allows_it(
    registry, identity, agent, buyer, agent_id, allowed
):
    """RUN-5, STAKE-9."""
    market = allowed()
    identity.transferFrom(agent, buyer, agent_id, sender=agent)

    assert not registry.allowsClaim(agent_id, market, 1)


@pytest.mark.parametrize("what", ["relayer", "registry"])
def test_allows_claim__no_market__never(request, registry, agent_id, what):
    """RUN-5, STAKE-3."""
    assert not registry.allowsClaim(agent_id, request.getfixturevalue(what), 1)
