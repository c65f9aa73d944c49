"""`agentescrow events`: one event a line."""

from __future__ import annotations

import json


def test_events__of_the_past__are_lines(command, client, run_id):
    """API-7: one event a line, for people and for programs."""
    block = client().runs.get(run_id).events[0].block_number
    words = ("events", "--from-block", block, "--no-follow")
    done = command()(*words, "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["name"] for each in found if each["runId"] == run_id] == [
        "RunCreated",
        "RunFunded",
    ]
    some = command()(*words, "--json", "--run-id", run_id, "--name", "RunFunded")
    assert [json.loads(line)["name"] for line in some.stdout.splitlines()] == ["RunFunded"]
    people = command()(*words).stdout.splitlines()
    assert len(people) == len(found)
    assert f"{found[0]['id']} {found[0]['name']}" in people[0]
