"""The exception tree: codes, text, values and survival of pickling."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

import agentescrow
from agentescrow import errors
from tests.twin.reverts import ERRORS, TOKEN_REFUSED, reverted

EXAMPLES = [
    errors.InvalidInput("deadline", "soon", "a time"),
    errors.InvalidAmount("-1", "0 or more"),
    errors.InvalidTerms("review_days", 0, "1 to 30 days"),
    errors.Reverted("NotAgent", {"runId": 1, "caller": "outsider"}),
    errors.ContractReverted("NoFees", {}, "There are no accrued fees."),
    errors.StillPending("request 0x00", "not mined yet"),
    errors.TextTooLong("feedback", "x" * 2_049, 2_049, 2_048),
    errors.Contradicted("run 7", "reward", 1_000_000, 500_000_000, "transaction 0x00"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors__any__carries_its_code(error):
    """API-3: one base, and a code that is the class's name."""
    assert isinstance(error, errors.AgentEscrowError)
    assert error.code.replace("_", "") == type(error).__name__.upper()


def test_refused__any__carries_a_number_and_reasons():
    """API-7: `error.code == 403`, whether the API or the contract said no."""
    error = errors.Refused(403, "NOT_ELIGIBLE", "The agent is banned.")
    for twin in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (twin.code, twin.reasons) == (403, ["The agent is banned."])
        assert twin.reason_codes == ["NOT_ELIGIBLE"]
        assert vars(twin) == vars(error)


def test_errors__tree_in_the_docstring__is_the_tree_of_the_classes():
    """API-3: every class once, with its code, indented below its parent."""
    drawn = re.findall(r"^( +)[*x·-] (\w+) +(\w+)", errors.__doc__, re.MULTILINE)
    classes = [getattr(errors, name) for _, name, _ in drawn]
    assert sorted(name for _, name, _ in drawn) == errors.__all__
    assert [one.code for one in classes] == [code for _, _, code in drawn]
    for position, (indent, _, _) in enumerate(drawn[1:], start=1):
        parent = max(before for before in range(position) if len(drawn[before][0]) < len(indent))
        assert classes[parent] in classes[position].__bases__


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors__any__survives_pickle_and_copy(error):
    """API-3: worker processes hand errors on without losing their values."""
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_errors__as_text__name_value_limit_and_words():
    """API-3: one line that says what to change."""
    invalid, _, _, refused, contract, _, too_long, contradicted = map(str, EXAMPLES)
    assert contradicted == (
        "run 7: reward is 1000000 by the API, and 500000000 on the chain; "
        "transaction 0x00 is done, do not repeat it"
    )
    assert invalid == "deadline 'soon' is not allowed: a time"
    assert refused == "NotAgent(runId=1, caller=outsider)"
    assert contract == "There are no accrued fees. [NoFees()]"
    assert str(errors.ContractReverted("NoFees")) == "NoFees()"
    assert too_long.endswith(": it has 2049 bytes of UTF-8, 2048 at most are allowed")


def test_errors__very_long_value__is_cut():
    """API-3: one line stays one line."""
    assert len(str(errors.InvalidInput("amount", "9" * 10_000, "less"))) < 100
    assert "16610 bits" in str(errors.InvalidInput("amount", 10**5000, "less"))


def test_reverted__declared_error__carries_its_values_by_name():
    """RUN-26: errors carry ids, actual and allowed values."""
    error = reverted("NotPoster", 1, "outsider", "poster")
    assert error.arguments == {"runId": 1, "caller": "outsider", "poster": "poster"}
    assert error.values == (1, "outsider", "poster")
    assert reverted(TOKEN_REFUSED, "a", "b", "paused").values == ("a", "b", "paused")


def test_reverted__wrong_name_or_count__is_a_mistake_of_ours():
    """RUN-26: the twin cannot raise what no contract declares."""
    with pytest.raises(KeyError):
        reverted("NoSuchError")
    with pytest.raises(ValueError, match="zip"):
        reverted("NotPoster", 1)
    assert len(ERRORS) == len(set(ERRORS))


def test_package__public_names__are_complete_and_sorted():
    """API-7: what is importable from the package is what is listed."""
    assert agentescrow.__all__ == sorted(agentescrow.__all__)
    others = {"AgentClient", "AsyncAgentClient", "__version__", "format_usdc", "parse_usdc"}
    assert {*errors.__all__, *others} == set(agentescrow.__all__)
    assert all(hasattr(agentescrow, name) for name in agentescrow.__all__)
