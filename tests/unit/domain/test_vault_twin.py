"""What both twins share: credits and their withdrawal, treasury, owner."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import ONE_USDC, ZERO_ADDRESS

CONTRACTS = (ZERO_ADDRESS, "usdc", "identity", "forwarder", "registry", "escrow")


@pytest.fixture
def credited(world):
    """The agent was approved while USDC had it blacklisted."""
    run_id = world.submitted()
    world.token.blacklisted.add("agent")
    world.escrow.approve(run_id, sender="poster")
    return world


def test_pay__blacklisted_payee__is_credited_and_nothing_is_blocked(credited):
    """RUN-16: a transfer that fails is booked; the run is over all the same."""
    assert credited.escrow.credit_of("agent") == 100 * ONE_USDC
    assert credited.escrow.accrued_fees() == 5 * ONE_USDC
    credited.assert_solvent()


def test_pay__usdc_paused__credits_and_adds_up(world):
    """RUN-16: two failed refunds make one credit."""
    runs = [world.post(), world.post()]
    world.token.paused = True
    for run_id in runs:
        world.escrow.cancel_run(run_id, sender="poster", now=world.now)
    assert world.escrow.credit_of("poster") == 210 * ONE_USDC
    world.assert_solvent()


def test_withdraw_credit__to_another_address__pays_it_out_once(credited):
    """RUN-16: to an address of the owner's choice."""
    credited.escrow.withdraw_credit("relayer", sender="agent")
    assert credited.balance("relayer") == 100 * ONE_USDC
    with credited.refused("NoCredit", "agent"):
        credited.escrow.withdraw_credit("relayer", sender="agent")
    credited.assert_solvent()


def test_withdraw_credit__refused__keeps_the_credit(credited):
    """RUN-26, RUN-16: no credit, to a contract, refused by USDC."""
    with credited.refused("NoCredit", "outsider"):
        credited.escrow.withdraw_credit(ZERO_ADDRESS, sender="outsider")
    for contract in CONTRACTS:
        with credited.refused("InvalidRecipient", contract):
            credited.escrow.withdraw_credit(contract, sender="agent")
    with credited.token_refuses("blacklisted"):
        credited.escrow.withdraw_credit("agent", sender="agent")


def test_set_treasury__owner__to_anything_but_a_contract(world):
    """RUN-24: the treasury is never zero, never one of the contracts; only the owner sets it."""
    twin = world.escrow
    with world.refused("OwnableUnauthorizedAccount", "outsider"):
        twin.set_treasury(ZERO_ADDRESS, sender="outsider")
    for contract in CONTRACTS:
        with world.refused("InvalidRecipient", contract):
            twin.set_treasury(contract, sender="owner")
    twin.set_treasury("outsider", sender="owner")
    assert twin.treasury == "outsider"


def test_receivers__market__is_no_place_for_money(credited):
    """RUN-26: any market of the registry, also a retired one, also for the escrow's money."""
    credited.registry.add_market("second market", sender="owner")
    credited.registry.retire_market("second market", sender="owner")
    with credited.refused("InvalidRecipient", "second market"):
        credited.escrow.set_treasury("second market", sender="owner")
    with credited.refused("InvalidRecipient", "second market"):
        credited.escrow.withdraw_credit("second market", sender="agent")


def test_withdraw_credit__to_oneself_as_a_market__pays_it(credited):
    """RUN-26: an account may always receive its own."""
    credited.registry.add_market("agent", sender="owner")
    credited.token.blacklisted.discard("agent")
    credited.escrow.withdraw_credit("agent", sender="agent")
    assert credited.escrow.credit_of("agent") == 0


def test_sweep_fees__treasury_became_a_market__keeps_them_accrued(world):
    """RUN-24, RUN-26: what was a good receiver when it was set."""
    world.escrow.approve(world.submitted(), sender="poster")
    world.registry.add_market("treasury", sender="owner")
    with world.refused("InvalidRecipient", "treasury"):
        world.escrow.sweep_fees()
    world.escrow.set_treasury("outsider", sender="owner")
    world.escrow.sweep_fees()


def test_renounce_ownership__anybody__is_refused(world):
    """Ownership is handed over, never given up."""
    for twin in (world.escrow, world.registry):
        with world.refused("OwnershipNotRenounceable"):
            twin.renounce_ownership()


def test_sweep_fees__anyone__sends_all_to_the_treasury(world):
    """RUN-16: once; then there is nothing to sweep."""
    with world.refused("NoFees"):
        world.escrow.sweep_fees()
    world.escrow.approve(world.submitted(), sender="poster")
    world.escrow.sweep_fees()
    assert world.balance("treasury") == 5 * ONE_USDC
    with world.refused("NoFees"):
        world.escrow.sweep_fees()


def test_sweep_fees__treasury_blacklisted__keeps_them_accrued(world):
    """RUN-24: reverts, and works again with another treasury."""
    world.escrow.approve(world.submitted(), sender="poster")
    world.token.blacklisted.add("treasury")
    with world.token_refuses("blacklisted"):
        world.escrow.sweep_fees()
    world.escrow.set_treasury("outsider", sender="owner")
    world.escrow.sweep_fees()
    world.assert_solvent()


def test_pause__owner__stops_entries_only(world):
    """RUN-18: createRun, postRun*, fundRun and claimRun; every exit goes on."""
    escrow, now = world.escrow, world.now
    draft, posted = escrow.create_run(world.terms(), "x", sender="poster", now=now), world.post()
    with world.refused("OwnableUnauthorizedAccount", "outsider"):
        escrow.pause(sender="outsider")
    with world.refused("ExpectedPause"):
        escrow.unpause(sender="owner")
    escrow.pause(sender="owner")
    with world.refused("EnforcedPause"):
        escrow.pause(sender="owner")
    signed = escrow.authorize("poster", 1)
    for entry in (
        lambda: escrow.create_run(world.terms(reward=0), "", sender="poster", now=now),
        lambda: escrow.post_run(world.terms(reward=0), "", sender="poster", now=now),
        lambda: escrow.post_run_with_authorization(world.terms(reward=0), "", signed, now=now),
        lambda: escrow.fund_run(99, sender="outsider", now=now),
        lambda: escrow.claim_run(posted, 0, sender="agent", now=now),
    ):
        with world.refused("EnforcedPause"):
            entry()
    escrow.cancel_run(draft, sender="poster", now=now)
    with world.refused("OwnableUnauthorizedAccount", "outsider"):
        escrow.unpause(sender="outsider")
    escrow.unpause(sender="owner")
    world.claim(posted)


def test_pause__every_exit__still_works(world):
    """RUN-18, RUN-15: start, submit, approve, revise, reject, finalize, slash, cancel, abandon."""
    world.registry.stake(0, 8 * 20 * ONE_USDC, sender="agent", now=world.now)
    escrow, now = world.escrow, world.now
    started, abandoned = world.claimed(), world.claimed()
    approved, revised, rejected = (
        world.submitted(),
        world.submitted(),
        world.submitted(max_revisions=0),
    )
    silent, slashed, cancelled = world.submitted(review_days=1), world.claimed(), world.post()
    escrow.pause(sender="owner")
    escrow.start_run(started, sender="agent")
    world.submit(started)
    escrow.abandon_run(abandoned, sender="agent", now=now)
    escrow.approve(approved, sender="poster")
    escrow.request_revision(revised, "x", sender="poster", now=now)
    escrow.reject(rejected, "x", sender="poster", now=now)
    escrow.cancel_run(cancelled, sender="poster", now=now)
    world.wait(8 * 86_400)
    escrow.finalize(silent, now=world.now)
    escrow.slash(slashed, sender="poster", now=world.now)
    escrow.sweep_fees()
    world.assert_solvent()
