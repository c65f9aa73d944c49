"""Streams of some events alone, and places that are none (API-6)."""

from __future__ import annotations

import json

import pytest

from agentescrow.store.bulk import append
from agentescrow.store.tables import events

NAMES = ("RunCreated", "RunFunded", "RunClaimed", "StakeLocked")


@pytest.fixture
def filled(database, indexed):
    """Two runs, posted and claimed one after the other, by agents 5 and 6."""
    rows = [
        (
            *(run * 10, index, "RunEscrow", name),
            *(None if name == "StakeLocked" else run, run + 4 if index > 1 else None),
            *("0x1", 5, "{}"),
        )
        for run in (1, 2)
        for index, name in enumerate(NAMES)
    ]
    with database.begin() as connection:
        append(connection, events, rows)


@pytest.mark.parametrize(
    ("query", "heard"),
    [
        ("", [*NAMES, *NAMES]),
        ("runId=1", NAMES[:3]),
        ("agentId=6", NAMES[2:]),
        ("runId=1&agentId=6", []),
        ("name=RunFunded", ["RunFunded", "RunFunded"]),
        ("name=StakeLocked,RunCreated", ["RunCreated", "StakeLocked"] * 2),
        ("name=StakeLocked&name=RunCreated", ["RunCreated", "StakeLocked"] * 2),
        ("name=RunClaimed&runId=2", ["RunClaimed"]),
        ("name=Paused", []),
        ("runId=&agentId=&name=", [*NAMES, *NAMES]),
    ],
)
def test_events__of_a_run_an_agent_or_names__are_these_alone(client, filled, query, heard):
    """API-6: with their places, in order."""
    answer = client.get(f"/api/events?follow=false&fromBlock=0&{query}")

    assert answer.status_code == 200
    told = [line.removeprefix("data: ") for line in answer.text.splitlines() if "data: " in line]
    assert [json.loads(each)["name"] for each in told] == list(heard)


def test_events__after_one_that_is_not_asked_for__go_on_there(client, filled):
    """API-6: a place is one of the chain, whatever was asked for when it was told."""
    answer = client.get(
        "/api/events?follow=false&name=RunCreated", headers={"Last-Event-ID": "10:1"}
    )

    assert [line for line in answer.text.splitlines() if "id: " in line] == ["id: 20:0"]


@pytest.mark.parametrize("query", ["runId=-1", "agentId=x", "name=RunCreated,x", "name=removed"])
def test_events__of_what_there_cannot_be__is_400(client, filled, query):
    """API-3: who waits for a name that is misspelt would wait for ever."""
    answer = client.get(f"/api/events?follow=false&{query}")

    assert (answer.status_code, answer.json()["error"]) == (400, "INVALID_INPUT")


def test_events__after_an_empty_place__are_as_without_one(client, filled):
    """API-6: what browsers send of a stream that has told them no place."""
    for query in ("fromBlock=0", ""):
        path = f"/api/events?follow=false&{query}"
        answer = client.get(path, headers={"Last-Event-ID": ""})

        assert (answer.status_code, answer.text) == (200, client.get(path).text)
