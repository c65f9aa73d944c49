"""RunTerms: every term at its limits, one beyond, and the order of the answers."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import DAY
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import InvalidTerms

NOW = 1_750_000_000
GOOD = {"reward": 1, "deadline": NOW + 1}


@pytest.mark.parametrize(
    "change",
    [
        {"reward": 1},
        {"reward": 2**48 - 1},
        {"deadline": NOW + 1},
        {"deadline": NOW + 90 * DAY},
        {"review_days": 1},
        {"review_days": 30},
        {"max_revisions": 0},
        {"max_revisions": 10},
        {"min_status": 1},
        {"min_status": 2},
    ],
)
def test_validate__at_the_limit__passes(change):
    """RUN-2: limits are inclusive, the deadline is in the future."""
    RunTerms(**GOOD | change).validate(NOW)


@pytest.mark.parametrize(
    ("field", "value", "error", "values"),
    [
        ("reward", 0, "RewardOutOfRange", (0, 1, 2**48 - 1)),
        ("reward", 2**48, "RewardOutOfRange", (2**48, 1, 2**48 - 1)),
        ("deadline", NOW, "DeadlineNotInFuture", (NOW, NOW)),
        ("deadline", NOW - 1, "DeadlineNotInFuture", (NOW - 1, NOW)),
        (
            "deadline",
            NOW + 90 * DAY + 1,
            "DeadlineTooFar",
            (NOW + 90 * DAY + 1, NOW + 90 * DAY),
        ),
        ("review_days", 0, "ReviewDaysOutOfRange", (0, 1, 30)),
        ("review_days", 31, "ReviewDaysOutOfRange", (31, 1, 30)),
        ("max_revisions", 11, "MaxRevisionsTooHigh", (11, 10)),
        ("max_revisions", -1, "MaxRevisionsTooHigh", (-1, 10)),
        ("min_status", 0, "MinStatusOutOfRange", (0, 1, 2)),
        ("min_status", 3, "MinStatusOutOfRange", (3, 1, 2)),
        ("min_status", 255, "MinStatusOutOfRange", (255, 1, 2)),
    ],
)
def test_validate__beyond_the_limit__names_the_field(field, value, error, values):
    """RUN-2: each violation has its own error, which carries the value and the limit."""
    terms = RunTerms(**GOOD | {field: value})
    violation = terms.violation(NOW)
    assert (violation.error, violation.error_values) == (error, values)
    with pytest.raises(InvalidTerms) as caught:
        terms.validate(NOW)
    assert (caught.value.field, caught.value.value) == (field, value)
    assert caught.value.allowed == violation.allowed


def test_violation__several_terms_wrong__answers_in_field_order():
    """RUN-2: the contract checks the fields in their order, so does the twin."""
    wrong = {"reward": 0, "deadline": NOW, "review_days": 0, "max_revisions": 11, "min_status": 0}
    right = {"reward": 1, "deadline": NOW + 1, "review_days": 1, "max_revisions": 0}
    seen = [RunTerms(**wrong).violation(NOW).field]
    for field, value in right.items():
        wrong[field] = value
        seen.append(RunTerms(**wrong).violation(NOW).field)
    assert seen == list(wrong)


def test_run_terms__defaults__are_those_of_sdk_api_and_scripts():
    """RUN-1: 7 review days, 1 revision, PROVISIONAL; cost is reward and fee."""
    terms = RunTerms(reward=100_000_000, deadline=NOW + 1)
    assert (terms.review_days, terms.max_revisions, terms.min_status) == (7, 1, 1)
    assert (terms.fee, terms.cost) == (5_000_000, 105_000_000)
