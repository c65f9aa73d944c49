"""Sentences for the reasons with which contracts revert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.money import format_usdc
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.times import format_time
from agentescrow.generated.errors import ERRORS

THIRD_PARTY: Final[Mapping[str, str]] = {
    # OpenZeppelin, in our contracts
    "EnforcedPause": (
        "The contract is paused: it accepts no new runs, funding or claims; everything else works."
    ),
    "ExpectedPause": "The contract is not paused.",
    "OwnableUnauthorizedAccount": "Only the contract's owner can do this; {account} is not it.",
    "OwnableInvalidOwner": "{owner} cannot own the contract.",
    "ReentrancyGuardReentrantCall": "The call was made during another call, which is not allowed.",
    "SafeERC20FailedOperation": "The token {token} refused the transfer.",
    "SafeCastOverflowedUintDowncast": "The number {value} does not fit in {bits} bits.",
    "AddressEmptyCode": "There is no contract at {target}.",
    "FailedCall": "The forwarded call failed without a reason.",
    "InsufficientBalance": "The contract has {balance} wei, but {needed} wei is required.",
    "InvalidShortString": "The text is not a valid short string.",
    "StringTooLong": "The text {str} is longer than 31 bytes.",
    # OpenZeppelin, in the forwarder
    "ERC2771ForwarderExpiredRequest": "The relayed request expired at {deadline:time}.",
    "ERC2771ForwarderInvalidSigner": (
        "The relayed request is from {from}, but its signature, checked with that account's next "
        "nonce, is from {signer}: it was changed, already used, or signed with another key."
    ),
    "ERC2771ForwarderMismatchedValue": (
        "The relayed request requires {requestedValue} wei, but {msgValue} wei was sent."
    ),
    "ERC2771ForwarderNoRefundReceiver": (
        "A request of the batch failed, and no receiver was set for the refund."
    ),
    "ERC2771UntrustfulTarget": "The contract {target} does not trust the forwarder {forwarder}.",
    "InvalidAccountNonce": "The next nonce of {account} is {currentNonce}.",
    # OpenZeppelin, in the identity registry
    "ERC721NonexistentToken": "There is no agent {tokenId} in the identity registry.",
    "ERC721IncorrectOwner": "{sender} does not own agent {tokenId}; {owner} does.",
    "ERC721InsufficientApproval": "{operator} is not approved for agent {tokenId}.",
    "ERC721InvalidApprover": "{approver} cannot approve others for the agent.",
    "ERC721InvalidOperator": "{operator} cannot be an operator.",
    "ERC721InvalidOwner": "{owner} cannot own an agent.",
    "ERC721InvalidReceiver": "{receiver} cannot receive an agent's NFT.",
    "ERC721InvalidSender": "{sender} cannot send an agent's NFT.",
}
"""Sentence of each custom error that is not ours, in the form of `generated.errors`."""

REASONS: Final[Mapping[str, str]] = {
    # USDC
    "ERC20: transfer amount exceeds allowance": (
        "The payer's USDC allowance for the contract is too low."
    ),
    "ERC20: transfer amount exceeds balance": "The payer's USDC balance is too low.",
    "Blacklistable: account is blacklisted": (
        "Circle has blacklisted an account of this USDC transfer."
    ),
    "Pausable: paused": "Circle has paused USDC.",
    "EIP2612: invalid signature": (
        "The USDC permit is not signed by the owner of the USDC, or was already used."
    ),
    "FiatTokenV2: permit is expired": "The USDC permit has expired; sign a new one.",
    "FiatTokenV2: invalid signature": (
        "The USDC authorization is not signed by the payer for this purpose."
    ),
    "ECRecover: invalid signature length": (
        "The USDC signature is malformed: it must have 65 bytes."
    ),
    "ECRecover: invalid signature 'v' value": (
        "The USDC signature is malformed: its v must be 27 or 28."
    ),
    "ECRecover: invalid signature 's' value": (
        "The USDC signature is not canonical: its s must be in the lower half."
    ),
    "ECRecover: invalid signature": "The USDC signature is malformed.",
    "FiatTokenV2: authorization is expired": "The USDC authorization has expired; sign a new one.",
    "FiatTokenV2: authorization is not yet valid": "The USDC authorization is not valid yet.",
    "FiatTokenV2: authorization is used or canceled": (
        "The USDC authorization was already used or cancelled."
    ),
    "FiatTokenV2: caller must be the payee": "Only its payee can use a USDC authorization.",
    # identity registry
    "Not authorized": "The caller does not control the agent.",
    "bad wallet": "The agent's wallet cannot be the zero address; unset it instead.",
    "expired": "The wallet's consent has expired; sign a new one.",
    "deadline too far": "The wallet's consent can be valid for at most five minutes.",
    "invalid wallet sig": "The consent is not signed by the new wallet.",
    "reserved key": 'The metadata key "agentWallet" is reserved; set the wallet instead.',
}
"""Sentence of each revert string that a user can meet; others are quoted."""

_PANICS: Final = {
    0x01: "an assertion failed",
    0x11: "a number overflowed",
    0x12: "a number was divided by zero",
}


def error_message(name: str, arguments: Mapping[str, object]) -> str:
    """Write a custom error as a sentence.

    Args:
        name: Name of the error.
        arguments: Values by parameter name.
    """
    template = ERRORS[name].message if name in ERRORS else THIRD_PARTY.get(name)
    if template is None:
        return f"The contract reverted with {name}."
    return template.format_map({key: _Shown(value) for key, value in arguments.items()})


def reason_message(reason: str) -> str:
    """Write a revert string as a sentence."""
    return REASONS.get(reason) or f"The contract reverted: {reason or 'no reason given'}."


def panic_message(code: int) -> str:
    """Write the code of a Solidity panic as a sentence."""
    return (
        f"The contract failed: {_PANICS.get(code, 'an internal check failed')} (panic {code:#x})."
    )


class _Shown:
    """Value of an error, which formats itself as an amount, a time, a state or a status."""

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
    names = [state.name for state in RUN_ACTIONS.states_of_bitmap(bitmap)]
    *others, last = names or ["in no state"]
    return f"{', '.join(others)} or {last}" if others else last


def _status(number: int) -> str:
    return AgentStatus(number).name if number in set(AgentStatus) else str(number)


_KINDS: Final = {
    "usdc": _usdc,
    "time": format_time,
    "state": _state,
    "states": _states,
    "status": _status,
}
