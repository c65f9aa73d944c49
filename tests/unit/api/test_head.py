"""HEAD: as GET, without the body."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.unit.api.documented import needed, reads


def test_head__of_any_path__is_get_without_the_body(client, indexed):
    """API-3: whoever checks a link, or whether something has changed."""
    paths = [f"{path}?{urlencode(needed(declared))}" for path, declared in reads(client)]
    for path in (*paths, "/docs", "/openapi.json", "/api/nothing"):
        head, get = client.head(path), client.get(path)

        assert head.status_code == get.status_code, path
        assert head.content == b""
        assert head.headers["content-type"] == get.headers["content-type"]
        if not path.startswith("/metrics"):  # which counts this very request
            assert head.headers.get("content-length") == get.headers.get("content-length")


def test_head__of_a_stream__ends(client, indexed):
    """API-3: the events go on; its head does not."""
    assert client.head("/api/events").status_code == 200


def test_head__of_a_write__is_405(client, indexed):
    """API-3: only GET has one."""
    assert client.head("/api/runs/1/claim").status_code == 405
