"""/docs: the routes for people, without anything that is not ours."""

from __future__ import annotations

import re


def test_docs__whole__have_every_route_and_no_script(client):
    """API-3: a script from elsewhere could sign for whoever reads here."""
    answer = client.get("/docs")
    paths = client.get("/openapi.json").json()["paths"]

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    for path, operations in paths.items():
        for method in operations:
            assert f"{method.upper()} {path}" in answer.text
    assert "<script" not in answer.text
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", answer.text)


def test_docs__policy__allows_nothing_from_anywhere(client):
    """API-3: and nobody frames it."""
    policy = client.get("/docs").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_docs__form_left_empty__is_answered(client, indexed):
    """API-3: whoever presses the button gets the list."""
    form = re.search(r'<form action="api/runs".*?</form>', client.get("/docs").text, re.S)
    fields = re.findall(r'name="(\w+)"', form.group())

    assert "minReward" in fields
    assert client.get("/api/runs", params=dict.fromkeys(fields, "")).status_code == 200


def test_other_pages__of_foreign_scripts__are_gone(client):
    """API-3: what FastAPI would add."""
    for path in ("/redoc", "/docs/oauth2-redirect"):
        assert client.get(path).status_code == 404
