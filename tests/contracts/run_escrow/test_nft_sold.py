"""Threat "identity NFT sold mid-run": rights move, payments do not (RUN-6, RUN-7, STAKE-10).

given a CLAIMED run and the NFT sold
├── the payment should go to the wallet frozen at the claim
├── the buyer should start, submit and give back
├── the seller should too, being the frozen wallet
├── the seller should not, where the wallet is another
├── whoever was approved by the seller should not
└── given the poster is the buyer
    ├── it may act for the agent, and the payment should still go to the frozen wallet
    └── it should not claim its own runs
"""

from __future__ import annotations

import pytest

from tests.contracts.outcome import reverting
from tests.contracts.runs import FEE, REWARD, WORK


@pytest.fixture
def sold_run(claimed_run, sell_agent, buyer):
    """A claimed run, its agent sold to the buyer since."""
    run_id = claimed_run()
    sell_agent(buyer)
    return run_id


def test_nft_sold__buyer__submits_and_the_seller_is_paid(
    escrow, sold_run, buyer, agent, poster, books
):
    """RUN-6, RUN-7: the buyer is an operator, the payee was frozen before."""
    escrow.startRun(sold_run, sender=buyer)
    escrow.submitWork(sold_run, WORK, sender=buyer)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(sold_run, sender=poster)


def test_nft_sold__buyer__gives_back(escrow, sold_run, buyer, state_of):
    """RUN-7: the stake that it bought is its own to free."""
    escrow.abandonRun(sold_run, sender=buyer)
    assert state_of(sold_run) == 1


def test_nft_sold__buyer_claims_again__is_the_payee(escrow, sold_run, buyer, agent_id, get_run):
    """RUN-6: of its own claim."""
    escrow.abandonRun(sold_run, sender=buyer)
    escrow.claimRun(sold_run, agent_id, sender=buyer)
    assert get_run(sold_run)["wallet"] == buyer.address


def test_nft_sold__seller__submits_as_the_frozen_wallet(escrow, sold_run, agent, state_of):
    """RUN-7: who is paid may do the work."""
    escrow.submitWork(sold_run, WORK, sender=agent)
    assert state_of(sold_run) == 4


def test_nft_sold__seller_apart_from_the_wallet__has_no_right_left(
    escrow, agent, relayer, buyer, set_wallet, claimed_run, sell_agent, state_of
):
    """RUN-7: the caller of claimRun keeps no right of its own; the wallet does."""
    set_wallet(relayer)
    run_id = claimed_run()
    sell_agent(buyer)
    for call, args in (("startRun", ()), ("submitWork", (WORK,)), ("abandonRun", ())):
        with reverting(escrow.NotAgent, runId=run_id, caller=agent):
            getattr(escrow, call)(run_id, *args, sender=agent)
    escrow.submitWork(run_id, WORK, sender=relayer)
    assert state_of(run_id) == 4


def test_nft_sold__operators_of_the_seller__have_no_right_left(
    escrow, identity, agent, agent_id, outsider, rival, buyer, claimed_run, sell_agent
):
    """RUN-7: an approval for the token ends with the sale, one for all holds for the seller's."""
    identity.approve(outsider, agent_id, sender=agent)
    identity.setApprovalForAll(rival, True, sender=agent)
    run_id = claimed_run()
    sell_agent(buyer)
    for caller in (outsider, rival):
        with reverting(escrow.NotAgent, runId=run_id, caller=caller):
            escrow.submitWork(run_id, WORK, sender=caller)


def test_nft_sold__to_the_poster__pays_the_frozen_wallet_all_the_same(
    escrow, agent, poster, claimed_run, sell_agent, books
):
    """RUN-5, RUN-6: buying the agent mid-run takes nothing from who worked."""
    run_id = claimed_run()
    sell_agent(poster)
    escrow.submitWork(run_id, WORK, sender=poster)
    with books.moves({agent: REWARD}, owed=-REWARD, fees=FEE):
        escrow.approve(run_id, sender=poster)


def test_nft_sold__to_the_poster__claims_no_run_of_its_own(
    escrow, agent_id, poster, claimed_run, sell_agent
):
    """RUN-5, threat "role collision": nor again the one that it gave back."""
    run_id = claimed_run()
    sell_agent(poster)
    escrow.abandonRun(run_id, sender=poster)
    with reverting(escrow.SelfClaim, runId=run_id, agentId=agent_id, poster=poster):
        escrow.claimRun(run_id, agent_id, sender=poster)
