"""A REST API that lies: the real one, with answers of its operator's choice."""

from __future__ import annotations

import httpx
import orjson

from tests.sdk.between import Between
from tests.waiting import ENOUGH


class HostileApi(Between):
    """Passes on what it does not lie about.

    `lies` changes answers by what their path begins with; `swallows` tells which requests are
    never passed on, and what is answered to them; `says` is the status of answers to signed
    requests that were passed on; `block` the block that answers claim to be of.
    """

    def __init__(self, api_url):
        super().__init__(api_url)
        self.lies = {}
        self.swallows = lambda _seen: None
        self.says = None
        self.block = None

    def truth(self, path):
        """What the real API says."""
        return httpx.get(self.api_url + path, timeout=ENOUGH).json()

    def stands_in(self, seen):
        told = self.swallows(seen)
        return None if told is None else (told[0], orjson.dumps(told[1]))

    def passes(self, seen, answer):
        content = answer.read()
        if seen.is_signed and self.says is not None:
            return orjson.dumps(problem(self.says))
        if answer.is_success:
            for path, change in self.lies.items():
                if seen.path.startswith(path):
                    told = orjson.loads(content)
                    change(told)
                    content = orjson.dumps(told)
        return content

    def status(self, seen, answer):
        return self.says if seen.is_signed and self.says is not None else answer.status_code

    def headers(self, answer):
        told = super().headers(answer)
        return told if self.block is None else {**told, "X-Indexed-Block": str(self.block)}


def problem(status):
    """A refusal of no reason."""
    told = {"type": "about:blank", "title": "No", "status": status, "code": status}
    return {**told, "detail": "No.", "error": "NO"}
