"""Terms that no run may have (RUN-2), each with the error that names value and limit."""

from __future__ import annotations

from tests.contracts.clock import DAY

MAX_REWARD = 2**48 - 1
MAX_AHEAD = 90 * DAY


def violations(now: int) -> dict[str, tuple[dict, str, dict]]:
    """Break one rule at a time.

    Args:
        now: Unix second at which the run is created.

    Returns:
        By the rule broken: the terms that differ, the error's name, its values.
    """
    latest = now + MAX_AHEAD
    return {
        "reward zero": _reward(0),
        "reward one unit more than a run holds": _reward(MAX_REWARD + 1),
        "reward of 64 bits": _reward(2**64 - 1),
        "deadline now": _past(now, now),
        "deadline a second ago": _past(now - 1, now),
        "deadline zero": _past(0, now),
        "deadline a second more than 90 days ahead": _far(latest + 1, latest),
        "deadline in the year 3000": _far(32_503_680_000, latest),
        "deadline of 40 bits": _far(2**40 - 1, latest),
        "no day of review": _review_days(0),
        "31 days of review": _review_days(31),
        "255 days of review": _review_days(255),
        "11 revisions": _max_revisions(11),
        "255 revisions": _max_revisions(255),
        "status UNVERIFIED": _min_status(0),
        "status FROZEN": _min_status(3),
        "status BANNED": _min_status(4),
        "status nonsense": _min_status(255),
    }


def _reward(reward: int) -> tuple[dict, str, dict]:
    values = {"reward": reward, "lowest": 1, "highest": MAX_REWARD}
    return {"reward": reward}, "RewardOutOfRange", values


def _past(deadline: int, now: int) -> tuple[dict, str, dict]:
    values = {"deadline": deadline, "timestamp": now}
    return {"deadline": deadline}, "DeadlineNotInFuture", values


def _far(deadline: int, latest: int) -> tuple[dict, str, dict]:
    return {"deadline": deadline}, "DeadlineTooFar", {"deadline": deadline, "latest": latest}


def _review_days(days: int) -> tuple[dict, str, dict]:
    values = {"reviewDays": days, "lowest": 1, "highest": 30}
    return {"review_days": days}, "ReviewDaysOutOfRange", values


def _max_revisions(count: int) -> tuple[dict, str, dict]:
    values = {"maxRevisions": count, "highest": 10}
    return {"max_revisions": count}, "MaxRevisionsTooHigh", values


def _min_status(status: int) -> tuple[dict, str, dict]:
    values = {"minStatus": status, "lowest": 1, "highest": 2}
    return {"min_status": status}, "MinStatusOutOfRange", values


VIOLATIONS = tuple(violations(0))
