"""One English sentence for every reason that a contract can give for a revert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.money import format_usdc
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.times import format_time

ERROR_WORDS: Final[Mapping[str, str]] = {
    # RunEscrow
    "RunUnknown": "There is no run {runId}.",
    "UnexpectedRunState": (
        "Run {runId} is {current:state}; this is possible only while it is {allowedBitmap:states}."
    ),
    "NotPoster": "Only the poster of run {runId}, {poster}, may do this; the caller is {caller}.",
    "NotAgent": (
        "Only the agent of run {runId} may do this, its payout wallet or an operator; "
        "the caller is {caller}."
    ),
    "NotOperator": "{caller} is neither owner, operator nor wallet of agent {agentId}.",
    "SelfClaim": (
        "{poster} posted run {runId} and is an operator of agent {agentId}: nobody works for "
        "itself."
    ),
    "RewardOutOfRange": (
        "The reward of {reward:usdc} is not allowed: it must be {lowest:usdc} to {highest:usdc}."
    ),
    "DeadlineNotInFuture": (
        "The deadline {deadline:time} is not in the future: it is {timestamp:time} on the chain."
    ),
    "DeadlineTooFar": "The deadline {deadline:time} is too far ahead: the latest is {latest:time}.",
    "ReviewDaysOutOfRange": (
        "A review of {reviewDays} days is not allowed: {lowest} to {highest} days are."
    ),
    "MaxRevisionsTooHigh": "{maxRevisions} revisions are too many: at most {highest} are allowed.",
    "EmptyIpfsHash": "The URI of the description is empty.",
    "EmptyDeliverableURI": "The URI of the deliverable of run {runId} is empty.",
    "EmptyFeedback": "The feedback on run {runId} is empty.",
    "EmptyReason": "The reason for rejecting run {runId} is empty.",
    "TextTooLong": "The text has {length} bytes: at most {max} are allowed.",
    "UsdcMismatch": "The escrow was given the token {usdc}, its registry holds {registryUsdc}.",
    "DeadlinePassed": (
        "The deadline of run {runId}, {deadline:time}, has passed: it is {timestamp:time}."
    ),
    "BeforeDeadline": (
        "The deadline of run {runId}, {deadline:time}, has not passed: it is {timestamp:time}."
    ),
    "ReviewOver": (
        "The review window of run {runId} ended at {reviewEndsAt:time}, so silence has approved: "
        "it is {timestamp:time}."
    ),
    "ReviewNotOver": (
        "The review window of run {runId} is open until {reviewEndsAt:time}: it is "
        "{timestamp:time}."
    ),
    "NoRevisionsLeft": "All {maxRevisions} revisions of run {runId} are used up.",
    "RevisionsLeft": (
        "Run {runId} has revisions left ({revisions} of {maxRevisions} used): "
        "work that came in time may be rejected only after all of them."
    ),
    "NotOverdue": (
        "The agent of run {runId} has time until {slashableAt:time}: it is {timestamp:time}."
    ),
    "AbandonWindowOver": (
        "Run {runId} could be given back until {windowEndsAt:time}: it is {timestamp:time}."
    ),
    "AlreadyAbandoned": (
        "Run {runId} was given back once already, which is possible once in its life."
    ),
    "NoFees": "No fees have accrued, so there is nothing to sweep.",
    # StakeRegistry
    "AgentUnknown": "There is no agent {agentId} in the identity registry.",
    "AgentIsBanned": "Agent {agentId} is banned after {strikes} strikes and accepts no deposit.",
    "StakeTooLarge": "A deposit of {amount:usdc} is too large: there is room for {limit:usdc}.",
    "NotAgentOwner": "{caller} neither owns the NFT of agent {agentId} nor is approved for it.",
    "UnstakeOnlyToOwner": (
        "An approved operator may send the stake of agent {agentId} to its owner {owner} only, not "
        "to {to}."
    ),
    "InsufficientStake": (
        "Agent {agentId} has {available:usdc} of stake available, but {required:usdc} are needed."
    ),
    "NotMarket": "{caller} is not a market of the stake registry.",
    "MinStatusOutOfRange": (
        "The least status {minStatus:status} is not allowed: {lowest:status} and {highest:status} "
        "are."
    ),
    "StatusTooLow": "Agent {agentId} is {status:status}, but {required:status} is asked for.",
    "OutcomeOutOfRange": "The outcome {outcome} is unknown: the highest is {highest}.",
    "LockExceeded": (
        "Market {market} has locked {locked:usdc} of agent {agentId}, which is less than "
        "{amount:usdc}."
    ),
    "PenaltyTooLarge": "A penalty of {penalty:usdc} is more than the lock of {amount:usdc}.",
    "InvalidMarket": (
        "{market} cannot be a market: it is zero, the registry, its token, its identity registry or"
        " its forwarder."
    ),
    "MarketAlreadyAdded": "{market} is a market already.",
    "MarketUnknown": "{market} is not a market.",
    "MarketIsRetired": "Market {market} is retired, which is for good.",
    "MarketNeedsNoAllowance": "Market {market} was there from the beginning and needs no leave.",
    "MarketNotAllowed": (
        "The owner of agent {agentId} lets market {market} have {allowance:usdc} locked, but "
        "{required:usdc} are needed."
    ),
    "ClaimsStopped": "Market {market} has stopped its claims.",
    "CapTooLarge": "A cap of {cap:usdc} is too large: at most {highest:usdc} are allowed.",
    "CapBelowLocked": (
        "A cap of {cap:usdc} is too low: market {market} has {locked:usdc} of agent {agentId} "
        "locked."
    ),
    # both
    "ZeroAmount": "The amount is zero.",
    "InvalidRecipient": "Money cannot be sent to {to}: it is zero or one of the contracts.",
    "NoCredit": "{account} has no credit to withdraw.",
    # OpenZeppelin, in our contracts
    "EnforcedPause": (
        "The contract is paused: new runs, funding and claims are stopped, exits work."
    ),
    "ExpectedPause": "The contract is not paused.",
    "OwnableUnauthorizedAccount": (
        "Only the owner of the contract may do this; {account} is not the owner."
    ),
    "OwnershipNotRenounceable": "The ownership can be handed over, and not given up.",
    "OwnableInvalidOwner": "{owner} cannot be the owner of the contract.",
    "ReentrancyGuardReentrantCall": (
        "The call came in the middle of another one, which is not allowed."
    ),
    "SafeERC20FailedOperation": "The token {token} refused the transfer.",
    "SafeCastOverflowedUintDowncast": "The number {value} does not fit {bits} bits.",
    "AddressEmptyCode": "There is no contract at {target}.",
    "FailedCall": "The call that was passed on failed without a reason.",
    "InsufficientBalance": "The contract has {balance} wei, but {needed} wei are needed.",
    "InvalidShortString": "The text is empty or not short.",
    "StringTooLong": "The text {str} is longer than 31 bytes.",
    # OpenZeppelin, in the forwarder
    "ERC2771ForwarderExpiredRequest": "The relayed request was valid until {deadline:time} only.",
    "ERC2771ForwarderInvalidSigner": (
        "The relayed request says it is from {from}, but the signature, taken with the account's "
        "next nonce, is of {signer}: it was changed, used already or signed by another key."
    ),
    "ERC2771ForwarderMismatchedValue": (
        "The relayed request asks for {requestedValue} wei, but {msgValue} wei came along."
    ),
    "ERC2771ForwarderNoRefundReceiver": (
        "A request of the batch failed and nobody was named for a refund."
    ),
    "ERC2771UntrustfulTarget": "The contract {target} does not trust the forwarder {forwarder}.",
    "InvalidAccountNonce": "The nonce of {account} is {currentNonce} now.",
    # OpenZeppelin, in the identity registry
    "ERC721NonexistentToken": "There is no agent {tokenId} in the identity registry.",
    "ERC721IncorrectOwner": "{sender} does not own agent {tokenId}; {owner} does.",
    "ERC721InsufficientApproval": "{operator} is not approved for agent {tokenId}.",
    "ERC721InvalidApprover": "{approver} may not approve others for the agent.",
    "ERC721InvalidOperator": "{operator} cannot be an operator.",
    "ERC721InvalidOwner": "{owner} cannot own an agent.",
    "ERC721InvalidReceiver": "{receiver} cannot receive an agent's NFT.",
    "ERC721InvalidSender": "{sender} cannot send an agent's NFT.",
}
"""The sentence of each custom error; `{name:kind}` is a value of the error, shown as that kind."""

REASON_WORDS: Final[Mapping[str, str]] = {
    # USDC
    "ERC20: transfer amount exceeds allowance": (
        "The contract may not spend that much of the payer's USDC."
    ),
    "ERC20: transfer amount exceeds balance": "The payer has less USDC than that.",
    "Blacklistable: account is blacklisted": (
        "Circle has blacklisted an account of this USDC transfer."
    ),
    "Pausable: paused": "Circle has paused USDC.",
    "EIP2612: invalid signature": (
        "The permit was not signed by the owner of the USDC, or is used already."
    ),
    "FiatTokenV2: permit is expired": "The USDC permit has expired.",
    "FiatTokenV2: invalid signature": (
        "The USDC authorization was not signed by the payer for this purpose."
    ),
    "ECRecover: invalid signature length": "The USDC signature is none: 65 bytes are expected.",
    "ECRecover: invalid signature 'v' value": "The USDC signature is none: its v is not 27 or 28.",
    "ECRecover: invalid signature 's' value": (
        "The USDC signature is not canonical: its s is in the upper half."
    ),
    "ECRecover: invalid signature": "The USDC signature is none.",
    "FiatTokenV2: authorization is expired": "The USDC authorization has expired.",
    "FiatTokenV2: authorization is not yet valid": "The USDC authorization is not valid yet.",
    "FiatTokenV2: authorization is used or canceled": (
        "The USDC authorization is used already, or was cancelled."
    ),
    "FiatTokenV2: caller must be the payee": "A USDC authorization can be used by its payee only.",
    # identity registry
    "Not authorized": "The caller does not control the agent.",
    "bad wallet": "The agent's wallet cannot be the zero address; unset it instead.",
    "expired": "The wallet's consent has expired.",
    "deadline too far": "The wallet's consent may be valid for five minutes at most.",
    "invalid wallet sig": "The new wallet has not signed this consent.",
    "reserved key": 'The metadata key "agentWallet" is reserved: set the wallet instead.',
}
"""The sentence of each revert string that a user meets; others are quoted."""

_PANICS: Final = {
    0x01: "an assertion failed",
    0x11: "a number overflowed",
    0x12: "a division by zero",
}


def error_words(name: str, arguments: Mapping[str, object]) -> str:
    """Say a custom error as a sentence.

    Args:
        name: Its name.
        arguments: Its values by parameter name.
    """
    template = ERROR_WORDS.get(name)
    if template is None:
        return f"The contract refused: {name}."
    return template.format_map({key: _Shown(value) for key, value in arguments.items()})


def reason_words(reason: str) -> str:
    """Say a revert string as a sentence.

    Args:
        reason: The string.
    """
    return REASON_WORDS.get(reason) or f"The contract refused: {reason or 'no reason given'}."


def panic_words(code: int) -> str:
    """Say a Solidity panic as a sentence.

    Args:
        code: Of Panic(uint256).
    """
    return (
        f"The contract gave up: {_PANICS.get(code, 'an internal check failed')} (panic {code:#x})."
    )


class _Shown:
    """A value of an error, which knows how to show itself as money, time, state or status."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __format__(self, kind: str) -> str:
        if not kind or not isinstance(self._value, int):
            return str(self._value)
        return _KINDS[kind](self._value)


def _usdc(amount: int) -> str:
    return f"{format_usdc(amount)} USDC"


def _state(number: int) -> str:
    return RunState(number).name if number in set(RunState) else f"in state {number}"


def _states(bitmap: int) -> str:
    return (
        " or ".join(state.name for state in RUN_ACTIONS.states_of_bitmap(bitmap)) or "in no state"
    )


def _status(number: int) -> str:
    return AgentStatus(number).name if number in set(AgentStatus) else str(number)


_KINDS: Final = {
    "usdc": _usdc,
    "time": format_time,
    "state": _state,
    "states": _states,
    "status": _status,
}
