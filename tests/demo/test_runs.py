"""`make demo RUNS=…`: files that can be played."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta, timezone

from artifacts import ROOT
from demo.planned_run import Outcome

_EXAMPLE = ROOT / "examples" / "runs.json"
_ENDS = {
    "approved": "APPROVED",
    "revised": "APPROVED",
    "rejected": "REJECTED",
    "slashed": "SLASHED",
    "silent": "APPROVED",
    "cancelled": "CANCELLED",
    "abandoned": "OPEN",
}


def _is_as_planned(played, runs):
    ends = list(played.table("Runs").values())
    wanted = [(run["outcome"], _ENDS[run["outcome"]]) for run in runs]
    assert [(end[3], end[4]) for end in ends] == wanted


def test_runs__example__ends_as_written(demo, adds_up):
    runs = json.loads(_EXAMPLE.read_text())
    assert len(runs) == 10
    assert {run["outcome"] for run in runs} == set(Outcome)
    played = demo("--runs", "examples/runs.json")
    assert (played.code, played.err) == (0, "")
    _is_as_planned(played, runs)
    adds_up(played)


def test_runs__extremes__are_played_to_the_second(demo, adds_up, tmp_path):
    """RUN-2: the smallest and the largest reward; deadlines from a second to 90 days ahead."""
    soon = datetime.fromtimestamp(int(time.time()) + 36_000, UTC)
    late = datetime.now(timezone(timedelta(hours=-5))) + timedelta(days=89)
    dates = (soon.isoformat(), late.isoformat(timespec="minutes"))
    rewards = ("0.000001", "281474976.710655", "1", "0.019999", "20", "2.50", "0100")
    deadlines = ("+1s", "+90d", *dates, "+2s", "+59m", dates[0])
    strange = "\x1b[31m\n\u202e ünïcödé \U0001f680 [bold]markup[/bold] 100 % {}"
    runs = [
        {"description": strange, "reward": reward, "deadline": deadline, "outcome": outcome}
        for order in (1, -1)
        for outcome, reward, deadline in zip(Outcome, rewards, deadlines[::order], strict=True)
    ]
    file = tmp_path / "a name with spaces.json"
    file.write_text(json.dumps(runs), encoding="utf-8-sig")
    played = demo("--runs", file)
    assert (played.code, played.err) == (0, "")
    _is_as_planned(played, runs)
    adds_up(played)
    assert "\x1b" not in played.out
    text = " ".join(played.out.split())
    assert text.count(f"open until {soon:%b %d %H:%M}") == deadlines.count(dates[0]) * 2
