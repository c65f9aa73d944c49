"""The custom errors of both contracts, by name and parameters, and how the twin raises them."""

from __future__ import annotations

from typing import Final

from agentescrow.errors import Reverted

# Error name -> parameter names, both as in the contracts' interfaces.
ERRORS: Final[dict[str, tuple[str, ...]]] = {
    # OpenZeppelin
    "OwnableUnauthorizedAccount": ("account",),
    "EnforcedPause": (),
    "ExpectedPause": (),
    # both contracts (UsdcVault)
    "ZeroAmount": (),
    "InvalidRecipient": ("to",),
    "NoCredit": ("account",),
    "OwnershipNotRenounceable": (),
    "AgentUnknown": ("agentId",),
    "MinStatusOutOfRange": ("minStatus", "lowest", "highest"),
    # StakeRegistry
    "AgentIsBanned": ("agentId", "strikes"),
    "StakeTooLarge": ("amount", "limit"),
    "NotAgentOwner": ("agentId", "caller"),
    "UnstakeOnlyToOwner": ("agentId", "to", "owner"),
    "InsufficientStake": ("agentId", "available", "required"),
    "NotMarket": ("caller",),
    "StatusTooLow": ("agentId", "status", "required"),
    "OutcomeOutOfRange": ("outcome", "highest"),
    "LockExceeded": ("agentId", "market", "amount", "locked"),
    "PenaltyTooLarge": ("penalty", "amount"),
    "InvalidMarket": ("market",),
    "MarketAlreadyAdded": ("market",),
    "MarketUnknown": ("market",),
    "MarketIsRetired": ("market",),
    "MarketNeedsNoAllowance": ("market",),
    "MarketNotAllowed": ("agentId", "market", "required", "allowance"),
    "ClaimsStopped": ("market",),
    "CapTooLarge": ("cap", "highest"),
    "CapBelowLocked": ("agentId", "market", "cap", "locked"),
    # RunEscrow
    "RunUnknown": ("runId",),
    "UnexpectedRunState": ("runId", "current", "allowedBitmap"),
    "NotPoster": ("runId", "caller", "poster"),
    "NotAgent": ("runId", "caller"),
    "NotOperator": ("agentId", "caller"),
    "RewardOutOfRange": ("reward", "lowest", "highest"),
    "DeadlineNotInFuture": ("deadline", "timestamp"),
    "DeadlineTooFar": ("deadline", "latest"),
    "ReviewDaysOutOfRange": ("reviewDays", "lowest", "highest"),
    "MaxRevisionsTooHigh": ("maxRevisions", "highest"),
    "EmptyIpfsHash": (),
    "EmptyDeliverableURI": ("runId",),
    "EmptyFeedback": ("runId",),
    "EmptyReason": ("runId",),
    "TextTooLong": ("length", "max"),
    "DeadlinePassed": ("runId", "deadline", "timestamp"),
    "BeforeDeadline": ("runId", "deadline", "timestamp"),
    "SelfClaim": ("runId", "agentId", "poster"),
    "ReviewOver": ("runId", "reviewEndsAt", "timestamp"),
    "ReviewNotOver": ("runId", "reviewEndsAt", "timestamp"),
    "NoRevisionsLeft": ("runId", "maxRevisions"),
    "RevisionsLeft": ("runId", "revisions", "maxRevisions"),
    "NotOverdue": ("runId", "slashableAt", "timestamp"),
    "AbandonWindowOver": ("runId", "windowEndsAt", "timestamp"),
    "AlreadyAbandoned": ("runId",),
    "NoFees": (),
}

# USDC answers with strings and other tokens with errors of their own, so the twin has one name for
# "the token refused the transfer" that belongs to no contract.
TOKEN_REFUSED: Final = "TokenRefused"
_TOKEN_REFUSED_PARAMETERS: Final = ("sender", "to", "reason")


def reverted(name: str, *values: object) -> Reverted:
    """Build the twin's exception for a custom error.

    Args:
        name: A key of `ERRORS`, or `TOKEN_REFUSED`.
        values: As many as the error has parameters, in their order.

    Returns:
        The exception, for the caller to raise.

    Raises:
        KeyError: No contract declares that error.
        ValueError: Wrong number of values.
    """
    parameters = _TOKEN_REFUSED_PARAMETERS if name == TOKEN_REFUSED else ERRORS[name]
    return Reverted(name, dict(zip(parameters, values, strict=True)))
