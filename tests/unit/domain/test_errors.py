"""The exception tree: codes, text, values and survival of pickling."""

from __future__ import annotations

import copy
import pickle

import pytest

import agentescrow
from agentescrow import errors
from agentescrow.domain.reverts import ERRORS, TOKEN_REFUSED, reverted

EXAMPLES = [
    errors.InvalidInput("deadline", "soon", "a time"),
    errors.InvalidAmount("-1", "0 or more"),
    errors.InvalidTerms("review_days", 0, "1 to 30 days"),
    errors.Reverted("NotAgent", {"runId": 1, "caller": "outsider"}),
    errors.ContractReverted("NoFees", {}, "No fees have accrued."),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors__any__is_in_the_tree_and_drawn_in_the_docstring(error):
    """API-3: stable codes, one base, and a tree that shows them."""
    assert isinstance(error, errors.AgentEscrowError)
    row = next(line for line in errors.__doc__.splitlines() if type(error).__name__ + " " in line)
    assert error.code in row


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_errors__any__survives_pickle_and_copy(error):
    """API-3: worker processes hand errors on without losing their values."""
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is type(error)
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_errors__as_text__name_value_limit_and_words():
    """API-3: one line that says what to change."""
    invalid, _, _, refused, contract = map(str, EXAMPLES)
    assert invalid == "deadline 'soon' is not allowed: a time"
    assert refused == "NotAgent(runId=1, caller=outsider)"
    assert contract == "No fees have accrued. [NoFees()]"
    assert str(errors.ContractReverted("NoFees")) == "NoFees()"


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
    assert set(errors.__all__) <= set(agentescrow.__all__)
    assert all(hasattr(agentescrow, name) for name in agentescrow.__all__)
