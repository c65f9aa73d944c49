"""Holds every answer that the tests of the API get against the OpenAPI document."""

from __future__ import annotations

import re

OF_HTTP = {"cache-control", "connection", "content-length", "content-type", "date", "server"}
OF_HTTP |= {"transfer-encoding", "vary", "x-accel-buffering"}


class Declared:
    """What an app's document declares."""

    def __init__(self, app):
        self._app = app
        self._operations = None

    def require(self, answer):
        """Status, media type and headers of an answer are declared, required headers there."""
        responses = self._responses(answer.request.method.lower(), answer.request.url.path)
        if responses is None:
            return
        where = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
        assert str(answer.status_code) in responses, where
        declared = responses[str(answer.status_code)]
        if "content" in declared or "content-type" in answer.headers:
            media_type = answer.headers["content-type"].split(";")[0]
            assert media_type in declared["content"], where
        headers = {name.lower(): header for name, header in declared["headers"].items()}
        undeclared = set(answer.headers) - headers.keys() - OF_HTTP
        assert not {name for name in undeclared if not name.startswith("access-control-")}, where
        missing = {name for name, header in headers.items() if header["required"]}
        assert missing <= set(answer.headers), where

    def _responses(self, method, path):
        if self._operations is None:
            paths = self._app.openapi()["paths"]
            literal = sorted(paths, key=lambda template: "{" in template)
            self._operations = [
                (re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), paths[template])
                for template in literal
            ]
        for pattern, operations in self._operations:
            if pattern.fullmatch(path):
                return operations.get(method, {}).get("responses")
        return None
