"""Texts for the contract are bounded by their bytes, and lists by their texts (RUN-27).

given a text that goes into the chain
  when it has 2,048 bytes of UTF-8: it is taken
  when it has more, in one character less than that or more: 400 with length and limit
given an agent whose URI, in the identity registry of others, is of any length
  when it is one of many: its URI is cut
  when it is asked for alone: it is whole
"""

from __future__ import annotations

import json

import pytest

from tests.api.test_errors import require_problem

LONGEST = ("x" * 2_048, "\N{PILE OF POO}" * 512)
TOO_LONG = {"x" * 2_049: 2_049, "\N{PILE OF POO}" * 513: 2_052, "\N{PILE OF POO}" * 2_048: 8_192}


@pytest.mark.parametrize("text", LONGEST, ids=["ASCII", "UTF-8"])
def test_post__uri_of_2048_bytes__is_taken_and_listed(market, client, poster, text):
    """RUN-27: the API's limit is the contract's."""
    run_id = market.post(poster, ipfsHash=text)

    listed = client.get("/api/runs", params={"sort": "newest", "limit": 1}).json()["runs"]
    assert [(run["bountyId"], run["ipfsHash"]) for run in listed] == [(run_id, text)]


@pytest.mark.parametrize("text", TOO_LONG, ids=["ASCII", "UTF-8", "fewer characters"])
@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/api/runs", "ipfsHash"),
        ("/api/runs/1/submit", "deliverableURI"),
        ("/api/runs/1/revision", "feedback"),
        ("/api/runs/1/reject", "reason"),
    ],
)
def test_text__of_more_bytes__is_400_with_length_and_limit(market, client, poster, path, key, text):
    """RUN-27, API-3: before anything is signed."""
    terms = market.terms() if path == "/api/runs" else {}
    body = {"walletAddress": poster.address, **terms, key: text}

    problem = require_problem(client.post(path, json=body), 400)

    assert problem["error"] == "TEXT_TOO_LONG"
    assert problem["reasonCodes"] == ["TEXT_TOO_LONG"]
    assert (problem["length"], problem["max"]) == (TOO_LONG[text], 2_048)
    assert f"{TOO_LONG[text]} bytes" in problem["detail"]


def test_text__too_long_among_other_faults__is_one_of_the_reasons(market, client, poster):
    """API-3: each fault has its code."""
    body = {"walletAddress": poster.address, **market.terms(), "ipfsHash": "x" * 3_000}

    answer = client.post("/api/runs", json={**body, "reviewDays": 31})

    problem = require_problem(answer, 400)
    assert problem["error"] == "INVALID_INPUT"
    assert "TEXT_TOO_LONG" in problem["reasonCodes"]


def test_agents__uri_of_any_length__is_cut_in_lists_and_streams_alone(market, client, outsider):
    """API-6: what somebody else stores in the identity registry blows no list up."""
    uri = "data:," + "\N{PILE OF POO}" * 5_000
    agent_id = market.contracts.identity.register(outsider, uri).event.agent_id
    market.indexed()
    count = client.get("/api/agents").json()["pagination"]["total"]

    page = client.get("/api/agents", params={"limit": 1, "page": count}).json()
    heard = client.get("/api/events", params={"fromBlock": 0, "follow": "false"}).text

    (listed,) = page["agents"]
    assert (listed["id"], listed["agentURI"][-1]) == (agent_id, "\N{HORIZONTAL ELLIPSIS}")
    assert 2_000 < len(listed["agentURI"].encode()) <= 2_048
    assert uri.startswith(listed["agentURI"][:-1])
    assert client.get(f"/api/agents/{agent_id}").json()["agentURI"] == uri
    lines = [json.loads(line[6:]) for line in heard.splitlines() if line.startswith("data: ")]
    told = [each["data"] for each in lines if each["name"] == "Registered"]
    assert told[-1]["agentURI"] == listed["agentURI"]
