"""Queries: nothing that a route does not know, nothing twice; what is empty is not given."""

from __future__ import annotations

from itertools import product
from urllib.parse import urlencode

from tests.unit.api.documented import needed, reads

JSON = {"Content-Type": "application/json"}


def test_unknown_parameter__of_any_route__is_400_that_names_it(client, indexed):
    """API-3: a misspelt filter is no filter, and a list of everything would pass for an answer."""
    names = ("stat", "State", "a" * 300, "\N{PILE OF POO}")
    for (path, _), name in product(reads(client), names):
        answer = client.get(f"{path}?{urlencode({name: 'OPEN'})}")

        problem = answer.json()
        assert (answer.status_code, problem["error"]) == (400, "UNKNOWN_PARAMETER"), path
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["reasonCodes"] == ["UNKNOWN_PARAMETER"]
        assert name[:50] in problem["detail"]
        assert len(problem["detail"]) < 500


def test_unknown_parameter__beside_known_ones__is_told_which_are_allowed(client, indexed):
    """API-3: all that are unknown, and all that are known."""
    problem = client.get("/api/runs?stat=OPEN&limit=5&minreward=1").json()

    assert len(problem["reasons"]) == 2
    assert '"stat"' in problem["detail"]
    assert '"minreward"' in problem["detail"]
    for name in ("page", "limit", "state", "minReward", "poster", "agentId", "sort", "cursor"):
        assert name in problem["detail"]
    assert "takes none" in client.get("/api/stats?x=1").json()["detail"]


def test_unknown_parameter__of_a_write__is_400_before_its_body_is_read(client, indexed):
    """API-3: writes take none."""
    answer = client.post("/api/runs?fund=false", content=b"{", headers=JSON)

    assert (answer.status_code, answer.json()["error"]) == (400, "UNKNOWN_PARAMETER")


def test_empty_parameter__of_any_route__is_not_given(client, indexed):
    """API-3: what a form sends for a field that was left empty."""
    seen = set()
    for path, declared in reads(client):
        optional = [name for name, each in declared.items() if not each["required"]]
        always = needed(declared)
        plain = client.get(path, params=always)
        for name in optional:
            if name not in always:
                seen.add(name)
                answer = client.get(f"{path}?{urlencode(always | {name: ''})}")
                assert (answer.status_code, answer.text) == (plain.status_code, plain.text), name
                assert declared[name]["allowEmptyValue"], name

    assert {"state", "wallet", "deadlineAfter", "owner", "status", "name", "fromBlock"} <= seen
    for path in ("/api/runs?limit", "/api/runs?limit=&limit=5"):
        assert client.get(path).status_code == 200, path


def test_empty_parameter__that_is_needed__is_missing(client, indexed):
    """API-3: none is as good as not given, here as elsewhere."""
    answer = client.get("/api/runs/1/claim-eligibility?agentId=")

    assert (answer.status_code, answer.json()["reasonCodes"]) == (400, ["MISSING"])


def test_parameter__given_twice__is_400(client, indexed):
    """API-3: one of two would be taken, and nobody knows which."""
    answer = client.get("/api/agents?limit=1&limit=2")

    assert (answer.status_code, answer.json()["reasonCodes"]) == (400, ["REPEATED_PARAMETER"])
    assert '"limit"' in answer.json()["detail"]
