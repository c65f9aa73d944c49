"""prometheus/ has alarms that fire when they should, of metrics that there are, and documented."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from agentescrow.api.metrics import REGISTRY

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "prometheus"
DOCUMENT = (ROOT / "docs/operations.md").read_text()
TESTS = yaml.safe_load((FOLDER / "agentescrow.tests.yml").read_text())
(GROUP,) = yaml.safe_load((FOLDER / "agentescrow.rules.yml").read_text())["groups"]
RULES = {rule["alert"]: rule for rule in GROUP["rules"]}


@pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool is missing: install it (Debian: apt-get install prometheus)",
)
def test_rules__as_promtool_plays_them__fire_when_they_should():
    """API-5: what an alarm is set to."""
    done = subprocess.run(
        ["promtool", "test", "rules", FOLDER / "agentescrow.tests.yml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules__are_of_metrics_that_there_are():
    """API-5: a rule of a metric that is renamed would be quiet for ever."""
    there = {
        f"{metric.name}_total" if metric.type == "counter" else metric.name
        for metric in REGISTRY.collect()
    }
    for name, rule in RULES.items():
        named = set(re.findall(r"\bagentescrow_\w+", rule["expr"]))
        assert named <= there, name
        assert named or rule["expr"] == 'up{job="agentescrow"} == 0'


def test_rules__are_each_seen_firing_and_quiet():
    """One that never fires in its tests may be one that cannot."""
    played = [alert for test in TESTS["tests"] for alert in test.get("alert_rule_test", [])]
    firing = {alert["alertname"] for alert in played if alert["exp_alerts"]}
    assert firing == RULES.keys()
    assert RULES.keys() == set(re.findall(r"^\| `(Agentescrow\w+)`", DOCUMENT, re.MULTILINE))
