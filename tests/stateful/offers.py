"""What is drawn: terms, amounts, moments, callers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hypothesis import strategies as st

from agentescrow.domain.constants import (
    DAY,
    MARKET_CAP_MAX,
    MAX_TEXT,
    MIN_STAKE,
    ONE_USDC,
    REWARD_MAX,
    STAKE_MAX,
)
from agentescrow.domain.runs.terms import RunTerms
from tests.stateful import people
from tests.stateful.outcome import Via
from tests.stateful.people import AGENT_PEOPLE, EVERYBODY, POSTERS


class Part(Enum):
    """Somebody's part in a run, whoever that is just now."""

    POSTER = "the poster"
    WALLET = "the payout wallet"
    NFT_OWNER = "the NFT's owner"
    OPERATOR = "an operator of the NFT"


class Nowhere(Enum):
    """Where money must not go, because it would never come back (RUN-26)."""

    ZERO = "zero"
    USDC = "usdc"
    IDENTITY = "identity"
    FORWARDER = "forwarder"
    REGISTRY = "registry"
    ESCROW = "escrow"
    SECOND_MARKET = "second_market"
    THIRD_MARKET = "third_market"  # a place like any other until it is one


@dataclass(frozen=True)
class Offer:
    """Terms whose deadline counts from the moment at which they are sent."""

    reward: int
    deadline_ahead: int
    review_days: int = 7
    max_revisions: int = 1
    min_status: int = 1

    def terms(self, now: int) -> RunTerms:
        """The terms, if sent now."""
        deadline = now + self.deadline_ahead
        return RunTerms(
            self.reward, deadline, self.review_days, self.max_revisions, self.min_status
        )


def _mostly(usual: object, *others: object, weight: int = 7) -> st.SearchStrategy:
    """Weigh the usual value against the others together."""
    return st.sampled_from([usual] * (weight * len(others)) + list(others))


# Reward and fee of 19_047_619 are MIN_STAKE exactly: there the cap of a penalty begins to bite.
# The fee of 20 is exactly 1, that of 21 is rounded up. A run below 1 USDC counts for nothing.
rewards = st.sampled_from(
    [
        10 * ONE_USDC,
        100 * ONE_USDC,
        1,
        19,
        20,
        21,
        ONE_USDC - 1,
        ONE_USDC,
        19_047_618,
        19_047_619,
        19_047_620,
    ]
) | st.integers(1, 400 * ONE_USDC)
good_offers = st.builds(
    Offer,
    reward=rewards,
    deadline_ahead=st.sampled_from([3 * DAY, DAY, 7 * DAY, 8 * DAY, 60, 1, 90 * DAY]),
    review_days=st.sampled_from([7, 1, 30]),
    max_revisions=st.sampled_from([1, 0, 2, 10]),
    min_status=_mostly(1, 2, weight=6),
)
bad_offers = st.sampled_from(
    [
        Offer(0, DAY),
        Offer(REWARD_MAX + 1, DAY),
        Offer(REWARD_MAX, DAY),  # nobody but rich_poster has so much
        Offer(ONE_USDC, 0),
        Offer(ONE_USDC, -1),
        Offer(ONE_USDC, 90 * DAY + 1),
        Offer(ONE_USDC, DAY, review_days=0),
        Offer(ONE_USDC, DAY, review_days=31),
        Offer(ONE_USDC, DAY, max_revisions=11),
        Offer(ONE_USDC, DAY, min_status=0),
        Offer(ONE_USDC, DAY, min_status=3),
        Offer(0, 0, 0, 11, 0),
    ]
)
offers = st.one_of(good_offers, good_offers, good_offers, bad_offers)

posters = st.sampled_from(POSTERS)
anybody = st.sampled_from(EVERYBODY)
by_poster = st.one_of(*[st.just(Part.POSTER)] * 5, anybody)
by_agent = st.one_of(*[st.sampled_from([Part.WALLET, Part.NFT_OWNER, Part.OPERATOR])] * 5, anybody)
# Empty, as long as may be and longer, in bytes and not in letters, a text that reads like an
# address, bytes that are no UTF-8.
texts = _mostly(
    "ipfs://text",
    "",
    "",
    "x" * MAX_TEXT,
    "x" * (MAX_TEXT + 1),
    "ö" * (MAX_TEXT // 2) + "x",
    "ipfs://Größe\0" + "x" * (MAX_TEXT - 14),
    "0x" + "00" * 20,
    "\udcff\udc80",
    weight=5,
)
picks = st.integers(0, 20)
# Seconds around the limit that the call has to do with, or just the next block.
offsets = st.sampled_from([None] * 6 + [0, 0, -1, 1])
vias = st.sampled_from([Via.DIRECTLY] * 8 + [via for via in Via if via is not Via.DIRECTLY])
stakes = st.sampled_from(
    [MIN_STAKE, 5 * MIN_STAKE, MIN_STAKE - 1, 1, MIN_STAKE + 1, 0, STAKE_MAX, STAKE_MAX + 1]
) | st.integers(1, 3 * MIN_STAKE)
nowhere = st.sampled_from(Nowhere)
caps = st.sampled_from(
    [MIN_STAKE, MARKET_CAP_MAX, 2 * MIN_STAKE, MIN_STAKE - 1, 1, 0, MARKET_CAP_MAX + 1]
)
slices = st.sampled_from([MIN_STAKE, 1, MIN_STAKE // 2, MIN_STAKE - 1, 2 * MIN_STAKE, 0])
stakers = st.sampled_from([people.rich_poster, *AGENT_PEOPLE, people.poor_poster, people.outsider])
