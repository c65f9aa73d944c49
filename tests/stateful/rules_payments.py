"""Payments by signature: authorizations (EIP-3009), good and bad, and permits (EIP-2612)."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from hypothesis import strategies as st
from hypothesis.stateful import rule

from agentescrow.domain.constants import DAY
from tests.stateful import people
from tests.stateful.offers import (
    Offer,
    anybody,
    offers,
    picks,
    posters,
    stakers,
    stakes,
    texts,
    vias,
)
from tests.stateful.outcome import DONE, Via
from tests.stateful.people import Person
from tests.stateful.signatures import SignedPayment
from tests.stateful.stage import Stage
from tests.twin.token import Authorization
from tests.twin.vault import UsdcVaultTwin


class Flaw(Enum):
    """What is wrong with a signed payment."""

    NONE = "nothing"
    OTHER_AMOUNT = "it is over another amount"
    OTHER_PURPOSE = "it is for something else"
    OTHER_SIGNER = "somebody else signed it"
    TOO_EARLY = "it is not valid yet"
    TOO_LATE = "it is not valid any more"
    USED = "it was used before"


flaws = st.sampled_from([Flaw.NONE] * 8 + list(Flaw))


class PaymentRules(Stage):
    """Stakes and runs that somebody signs for and anybody sends."""

    def __init__(self) -> None:
        """Begin with nothing signed."""
        super().__init__()
        self.used: list[tuple[int, int, SignedPayment]] = []

    @rule(
        by=anybody,
        payer=stakers,
        agent_pick=picks,
        amount=stakes,
        salt=st.integers(0, 3),
        flaw=flaws,
        via=vias,
    )
    def somebody_stakes_with_an_authorization(
        self,
        by: Person,
        payer: Person,
        agent_pick: int,
        amount: int,
        salt: int,
        flaw: Flaw,
        via: Via,
    ) -> None:
        agent_id = self.one_of(self.agents, agent_pick)
        if flaw is Flaw.USED and self.used:
            agent_id, amount, payment = self.used[agent_pick % len(self.used)]
        else:
            other = self.one_of(self.agents, agent_pick + 1)
            payment = self._payment(
                self.twin.registry, payer, amount, ((agent_id,), (other,)), salt, flaw
            )
        if (
            self.act_registry(by, "stakeWithAuthorization", agent_id, amount, payment, via=via)
            == DONE
        ):
            self.used.append((agent_id, amount, payment))

    @rule(
        by=anybody,
        payer=posters,
        offer=offers,
        text=texts,
        salt=st.integers(0, 3),
        flaw=flaws,
        via=vias,
    )
    def poster_posts_a_run_with_an_authorization(
        self, by: Person, payer: Person, offer: Offer, text: str, salt: int, flaw: Flaw, via: Via
    ) -> None:
        terms = offer.terms(self.world.now + self.ground.chain.step)
        purposes = ((terms, text), (replace(terms, reward=terms.reward + 1), text))
        payment = self._payment(self.twin.escrow, payer, terms.cost, purposes, salt, flaw)
        self.act(by, "postRunWithAuthorization", terms, text, payment, via=via)
        if flaw is Flaw.USED:
            self.act(
                by, "postRunWithAuthorization", terms, text, payment, at=self.world.now + 1, via=via
            )

    @rule(by=anybody, honest=st.booleans(), at_the_escrow=st.booleans(), via=vias)
    def somebody_uses_a_permit(
        self, by: Person, honest: bool, at_the_escrow: bool, via: Via
    ) -> None:
        """A bad one is swallowed (STAKE-1); a good one allows what is allowed already."""
        vault = self.escrow if at_the_escrow else self.registry
        nonce = self.ground.usdc.view("nonces", by)
        signature = self.ground.signatures.permit(
            by, vault.address, 2**256 - 1, nonce if honest else nonce + 1
        )
        forever = 2**256 - 1
        self.world.act_as(
            by,
            vault,
            "selfPermit",
            forever,
            forever,
            signature,
            rules=lambda speaker, now: None,
            via=via,
        )

    def _payment(
        self,
        vault: UsdcVaultTwin,
        payer: Person,
        amount: int,
        purposes: tuple[tuple[object, ...], tuple[object, ...]],
        salt: int,
        flaw: Flaw,
    ) -> SignedPayment:
        right, other = purposes
        now = self.world.now + self.ground.chain.step
        authorization: Authorization = vault.authorize(
            payer.address,
            amount + (flaw is Flaw.OTHER_AMOUNT),
            *(other if flaw is Flaw.OTHER_PURPOSE else right),
            salt=salt,
            # Both limits are outside of the time in which it is valid.
            valid_after=now if flaw is Flaw.TOO_EARLY else now - 1,
            valid_before=now if flaw is Flaw.TOO_LATE else now + (1 if salt else 30 * DAY),
        )
        if flaw is Flaw.OTHER_SIGNER:
            signed = authorization.signature._replace(signer=people.relayer.address)
            authorization = replace(authorization, signature=signed)
        return self.ground.signatures.payment(authorization)
