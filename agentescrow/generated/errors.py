"""Custom errors of the contracts, with the sentence that clients show.

Generated from the compiled contracts by `python -m tools.generate`; do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class ContractError(NamedTuple):
    """Custom error of a contract.

    Attributes:
        parameters: Names of its parameters, in order.
        message: Sentence; `{name:kind}` stands for a parameter, formatted as that kind.
    """

    parameters: tuple[str, ...]
    message: str


ERRORS: Final[Mapping[str, ContractError]] = {
    "AbandonWindowOver": ContractError(
        ("runId", "windowEndsAt", "timestamp"),
        ("Run {runId} could be abandoned until {windowEndsAt:time}; it is now {timestamp:time}."),
    ),
    "AgentIsBanned": ContractError(
        ("agentId", "strikes"),
        "Agent {agentId} is banned after {strikes} strikes and cannot receive deposits.",
    ),
    "AgentUnknown": ContractError(
        ("agentId",), "There is no agent {agentId} in the identity registry."
    ),
    "AlreadyAbandoned": ContractError(
        ("runId",), "Run {runId} has already been abandoned once; a second time is not allowed."
    ),
    "BeforeDeadline": ContractError(
        ("runId", "deadline", "timestamp"),
        (
            "The deadline of run {runId} is {deadline:time} and has not passed yet; it is now "
            "{timestamp:time}."
        ),
    ),
    "CapBelowLocked": ContractError(
        ("agentId", "market", "cap", "locked"),
        (
            "A cap of {cap:usdc} is too low; market {market} already has {locked:usdc} of agent "
            "{agentId} locked."
        ),
    ),
    "CapTooLarge": ContractError(
        ("cap", "highest"), "A cap of {cap:usdc} is too large; at most {highest:usdc} is allowed."
    ),
    "ClaimsStopped": ContractError(("market",), "Market {market} has stopped new claims."),
    "DeadlineNotInFuture": ContractError(
        ("deadline", "timestamp"),
        (
            "The deadline {deadline:time} is not in the future; the time on the chain is "
            "{timestamp:time}."
        ),
    ),
    "DeadlinePassed": ContractError(
        ("runId", "deadline", "timestamp"),
        "The deadline of run {runId} passed at {deadline:time}; it is now {timestamp:time}.",
    ),
    "DeadlineTooFar": ContractError(
        ("deadline", "latest"),
        "The deadline {deadline:time} is too far ahead; the latest allowed is {latest:time}.",
    ),
    "EmptyDeliverableURI": ContractError(
        ("runId",), "The URI of the deliverable of run {runId} is empty."
    ),
    "EmptyFeedback": ContractError(("runId",), "The feedback on run {runId} is empty."),
    "EmptyIpfsHash": ContractError((), "The URI of the description is empty."),
    "EmptyReason": ContractError(("runId",), "The reason for rejecting run {runId} is empty."),
    "InsufficientStake": ContractError(
        ("agentId", "available", "required"),
        (
            "Agent {agentId} has {available:usdc} of stake available, but {required:usdc} is "
            "required."
        ),
    ),
    "InvalidMarket": ContractError(
        ("market",),
        (
            "{market} cannot be a market: it is the zero address, the registry, its token, its "
            "identity registry or its forwarder."
        ),
    ),
    "InvalidRecipient": ContractError(
        ("to",), "{to} cannot receive money: it is the zero address or one of the contracts."
    ),
    "LockExceeded": ContractError(
        ("agentId", "market", "amount", "locked"),
        (
            "Market {market} has {locked:usdc} of agent {agentId}'s stake locked, less than "
            "{amount:usdc}."
        ),
    ),
    "MarketAlreadyAdded": ContractError(("market",), "{market} is already a market."),
    "MarketIsRetired": ContractError(
        ("market",), "Market {market} is retired, and this cannot be undone."
    ),
    "MarketNeedsNoAllowance": ContractError(
        ("market",), "Market {market} was set at deployment and needs no allowance."
    ),
    "MarketNotAllowed": ContractError(
        ("agentId", "market", "required", "allowance"),
        (
            "The owner of agent {agentId} allows market {market} to lock {allowance:usdc}, but "
            "{required:usdc} is required."
        ),
    ),
    "MarketUnknown": ContractError(("market",), "{market} is not a market."),
    "MaxRevisionsTooHigh": ContractError(
        ("maxRevisions", "highest"),
        "{maxRevisions} revisions are too many; at most {highest} are allowed.",
    ),
    "MinStatusOutOfRange": ContractError(
        ("minStatus", "lowest", "highest"),
        (
            "The minimum status {minStatus:status} is not allowed; it must be {lowest:status} to "
            "{highest:status}."
        ),
    ),
    "NoCredit": ContractError(("account",), "{account} has no credit to withdraw."),
    "NoFees": ContractError((), "There are no accrued fees to sweep."),
    "NoRevisionsLeft": ContractError(
        ("runId", "maxRevisions"),
        "Run {runId} has no revisions left; its terms allow {maxRevisions}.",
    ),
    "NotAgent": ContractError(
        ("runId", "caller"),
        (
            "Only the payout wallet or an operator of the agent on run {runId} can do this; the "
            "caller is {caller}."
        ),
    ),
    "NotAgentOwner": ContractError(
        ("agentId", "caller"),
        (
            "Only the owner of agent {agentId}'s NFT can do this, or to unstake an approved "
            "operator; the caller is {caller}."
        ),
    ),
    "NotMarket": ContractError(("caller",), "{caller} is not a market of the stake registry."),
    "NotOperator": ContractError(
        ("agentId", "caller"),
        "{caller} is neither the owner, an operator nor the wallet of agent {agentId}.",
    ),
    "NotOverdue": ContractError(
        ("runId", "slashableAt", "timestamp"),
        ("The agent on run {runId} has time until {slashableAt:time}; it is now {timestamp:time}."),
    ),
    "NotPoster": ContractError(
        ("runId", "caller", "poster"),
        "Only the poster of run {runId}, {poster}, can do this; the caller is {caller}.",
    ),
    "OutcomeOutOfRange": ContractError(
        ("outcome", "highest"), "Outcome {outcome} does not exist; the highest is {highest}."
    ),
    "OwnershipNotRenounceable": ContractError(
        (), "Ownership can be transferred but not renounced."
    ),
    "PenaltyTooLarge": ContractError(
        ("penalty", "amount"), "A penalty of {penalty:usdc} exceeds the lock of {amount:usdc}."
    ),
    "ReviewDaysOutOfRange": ContractError(
        ("reviewDays", "lowest", "highest"),
        ("A review of {reviewDays} days is not allowed; it must take {lowest} to {highest} days."),
    ),
    "ReviewNotOver": ContractError(
        ("runId", "reviewEndsAt", "timestamp"),
        (
            "The review window of run {runId} is open until {reviewEndsAt:time}; it is now "
            "{timestamp:time}."
        ),
    ),
    "ReviewOver": ContractError(
        ("runId", "reviewEndsAt", "timestamp"),
        (
            "The review window of run {runId} ended at {reviewEndsAt:time}, so the work counts as"
            " approved; it is now {timestamp:time}."
        ),
    ),
    "RevisionsLeft": ContractError(
        ("runId", "revisions", "maxRevisions"),
        (
            "Run {runId} has revisions left ({revisions} of {maxRevisions} used); work that came "
            "on time can be rejected only once all are used."
        ),
    ),
    "RewardOutOfRange": ContractError(
        ("reward", "lowest", "highest"),
        ("A reward of {reward:usdc} is not allowed; it must be {lowest:usdc} to {highest:usdc}."),
    ),
    "RunUnknown": ContractError(("runId",), "There is no run {runId}."),
    "SelfClaim": ContractError(
        ("runId", "agentId", "poster"),
        (
            "Agent {agentId} cannot claim run {runId}: {poster} posted the run and is an operator"
            " of the agent."
        ),
    ),
    "StakeTooLarge": ContractError(
        ("amount", "limit"),
        "A deposit of {amount:usdc} is too large; at most {limit:usdc} more can be staked.",
    ),
    "StatusTooLow": ContractError(
        ("agentId", "status", "required"),
        "Agent {agentId} is {status:status}, but {required:status} is required.",
    ),
    "TextTooLong": ContractError(
        ("length", "max"), "The text is {length} bytes long; at most {max} are allowed."
    ),
    "UnexpectedRunState": ContractError(
        ("runId", "current", "allowedBitmap"),
        (
            "Run {runId} is {current:state}; this is possible only while it is "
            "{allowedBitmap:states}."
        ),
    ),
    "UnstakeOnlyToOwner": ContractError(
        ("agentId", "to", "owner"),
        (
            "An approved operator can unstake from agent {agentId} only to its owner {owner}, not"
            " to {to}."
        ),
    ),
    "UsdcMismatch": ContractError(
        ("usdc", "registryUsdc"),
        "The escrow was given the token {usdc}, but its registry holds {registryUsdc}.",
    ),
    "ZeroAmount": ContractError((), "The amount is zero."),
}
