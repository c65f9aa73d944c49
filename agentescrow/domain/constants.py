"""Constants of the contracts, each with its unit and the rule that sets it."""

from __future__ import annotations

from typing import Final

# Money, in base units of USDC (1 USDC = 1_000_000).
USDC_DECIMALS: Final = 6
ONE_USDC: Final = 10**USDC_DECIMALS
PLATFORM_FEE_BPS: Final = 500  # on top of the reward, paid by the poster (section 1, RUN-3)
BPS: Final = 10_000  # basis points in 100 %
MIN_STAKE: Final = 20 * ONE_USDC  # once per agent; a claim locks it (section 1, STAKE-4)
MIN_COUNTED_REWARD: Final = ONE_USDC  # runs below it count for no reputation (RUN-22)
REWARD_MIN: Final = 1  # RUN-2
REWARD_MAX: Final = 2**48 - 1  # limit of storage, 281 million USDC (RUN-2)
STAKE_MAX: Final = 2**48 - 1  # per agent, limit of storage (StakeTooLarge)
MARKET_CAP_MAX: Final = 2**48 - 1  # highest cap that an owner may allow a market (STAKE-9)

# Times, in seconds.
DAY: Final = 86_400
CLAIM_TIMEOUT: Final = 7 * DAY  # to submit or revise work, before a slash (RUN-9, RUN-12)
ABANDON_WINDOW: Final = 1 * DAY  # after the claim (RUN-17)
DEADLINE_MAX_AHEAD: Final = 90 * DAY  # inclusive (RUN-2)
ESTABLISHED_AFTER: Final = 30 * DAY  # since stakedAt (STAKE-5)

# Counts.
REVIEW_DAYS_MIN: Final = 1  # RUN-2, RUN-14
REVIEW_DAYS_MAX: Final = 30  # RUN-2
REVIEW_DAYS_DEFAULT: Final = 7  # of SDK, API and scripts; the contract has no default (section 1)
MAX_REVISIONS_MAX: Final = 10  # RUN-2, RUN-11
MAX_REVISIONS_DEFAULT: Final = 1  # of SDK, API and scripts (section 1)
ESTABLISHED_COMPLETIONS: Final = 5  # STAKE-5
BAN_STRIKES: Final = 3  # STAKE-5
OUTCOME_MAX: Final = 2  # of a release: 0 none, 1 completed, 2 rejected (STAKE-3)

# Bytes of UTF-8.
MAX_TEXT: Final = 2_048  # ipfsHash, deliverableURI, feedback, reason (RUN-27)

# Limits of storage. Counters stop there instead of overflowing, so that no exit can revert.
CLAIMS_MAX: Final = 2**24 - 1
COMPLETIONS_MAX: Final = 2**24 - 1
REJECTIONS_MAX: Final = 2**16 - 1
STRIKES_MAX: Final = 2**8 - 1
AGENT_ID_MAX: Final = 2**32 - 1  # agents with higher ids cannot claim (RUN-2)
UINT256_MAX: Final = 2**256 - 1  # limit of sums in errors (STAKE-9)

ZERO_ADDRESS: Final = "0x0000000000000000000000000000000000000000"
