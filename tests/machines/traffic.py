"""Posters who go on whatever happens, and whoever listens to what they do."""

from __future__ import annotations

import threading

from agentescrow import AgentClient
from agentescrow.domain.runs.run import RunState
from agentescrow.errors import AgentEscrowError
from tests.waiting import ENOUGH

USDC = 10**6


class Poster(threading.Thread):
    """Posts runs through one API, one after another, and reads each one back."""

    def __init__(self, api, record, key):
        super().__init__(daemon=True)
        self._client = AgentClient(api, deployment=record, private_key=key, patience=ENOUGH)
        self._ended = threading.Event()
        self.posted = []
        self.wrong = []

    def run(self):
        while not self._ended.is_set():
            try:
                run_id = self._client.runs.create(USDC, "+1d", "ipfs://description").bounty_id
                self.posted.append(run_id)
                if self._client.runs.get(run_id).state != RunState.OPEN:
                    self.wrong.append(run_id)
            except AgentEscrowError:  # it is tried again, with the same authorization
                self._ended.wait(0.1)

    def end(self):
        self._ended.set()
        self.join(ENOUGH)
        self._client.close()


class Listener(threading.Thread):
    """Hears every event from the first one on."""

    def __init__(self, api, record):
        super().__init__(daemon=True)
        self._client = AgentClient(api, deployment=record, patience=ENOUGH)
        self.heard = []
        self.problem = None

    def run(self):
        try:
            for event in self._client.events(from_block=0):
                self.heard.append(tuple(map(int, event.id.split(":"))))
        except AgentEscrowError as problem:  # it comes when the test has ended its API
            self.problem = problem
