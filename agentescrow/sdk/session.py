"""What every operation works with: the API, the chain where there is one, and who signs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar

import httpx
from pydantic import ValidationError
from web3 import Web3

from agentescrow.chain import deployments
from agentescrow.chain.connection import chain_time, connect
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.events import Event
from agentescrow.chain.transactions import Mined
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import (
    ContractReverted,
    InvalidInput,
    Refused,
    ServiceProblem,
    StillPending,
)
from agentescrow.sdk.signers import WalletMaker
from agentescrow.sdk.steps import Steps, ask, pause, work
from agentescrow.wire.codes import status_of
from agentescrow.wire.problem import Problem
from agentescrow.wire.shape import Shape
from agentescrow.wire.stats import Readiness

S = TypeVar("S", bound=Shape)
E = TypeVar("E", bound=Event)
T = TypeVar("T")

_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Options:
    """How a client was made.

    Args:
        rpc_url: Node, or None.
        make_wallet: Who signs, or None for a client that only reads.
        deployment: Record, its file or its chain id; looked for at the node where None.
        gasless: Whether calls of the two contracts go through the API's relayer.
        agent_id: The agent that acts where no other is named.
        patience: Seconds that a write waits until it is mined and indexed.
    """

    rpc_url: str | None
    make_wallet: WalletMaker | None
    deployment: Deployment | int | str | Path | None
    gasless: bool
    agent_id: int | None
    patience: float


class Session:
    """Bound once, when a client is made; asks nobody anything before the first operation."""

    def __init__(self, options: Options) -> None:
        """Bind it.

        Args:
            options: How the client was made.
        """
        self.options = options
        self._lock = threading.RLock()
        self._contracts: Contracts | None = None
        self._wallet: Wallet | None = None

    # The API

    def read(
        self, path: str, kind: type[S], params: Mapping[str, object] | None = None
    ) -> Steps[S]:
        """Ask the API for something.

        Args:
            path: Where.
            kind: What it is.
            params: Of the query; None is left out.

        Raises:
            Refused: The API says no.
            ServiceUnreachable: Nobody answers.
        """
        query = {key: str(value) for key, value in (params or {}).items() if value is not None}
        answer = yield from ask("GET", path, params=query)
        return parsed(kind, successful(answer))

    def readiness(self) -> Steps[Readiness]:
        """How the index is; an index that is behind is no error."""
        answer = yield from ask("GET", "/ready")
        return parsed(Readiness, answer if answer.status_code == 503 else successful(answer))

    def until_indexed(self, block: int, what: str) -> Steps[None]:
        """Wait until the API has indexed a block.

        Args:
            block: Its number.
            what: What was done in it, for the error.

        Raises:
            StillPending: It has not in time.
        """
        end, wait = time.monotonic() + self.options.patience, _FIRST_PAUSE
        while True:
            found = yield from self.readiness()
            if found.indexed_block is not None and found.indexed_block >= block:
                return
            if time.monotonic() >= end:
                words = f"mined in block {block}, which the API has not indexed yet"
                raise StillPending(what, words)
            yield from pause(wait)
            wait = min(2 * wait, _LONGEST_PAUSE)

    # The chain

    def send(self, act: Callable[[Contracts, Wallet], Mined[E]]) -> Steps[Mined[E]]:
        """Do something on chain and wait until the API has indexed it.

        Args:
            act: Sends; one at a time, so that nonces have an order.

        Raises:
            Refused: The contract says no.
            ChainProblem: The chain cannot do it now.
            StillPending: It is mined, and not indexed in time.
        """
        mined = yield from self.on_chain(lambda contracts: act(contracts, self.wallet()))
        yield from self.until_indexed(mined.block_number, f"transaction {mined.transaction}")
        return mined

    def on_chain(self, act: Callable[[Contracts], T]) -> Steps[T]:
        """Ask the chain itself.

        Args:
            act: Asks.

        Raises:
            Refused: A contract says no.
            ChainProblem: The chain does not answer.
        """

        def locked() -> T:
            with self._lock:
                try:
                    return act(self.contracts())
                except ContractReverted as no:
                    words = no.words or str(no)
                    raise Refused(status_of(no), no.name, words, [words], [no.name]) from no

        return (yield from work(locked))

    def now(self) -> Steps[int]:
        """The chain's time, unix seconds."""
        if self.options.rpc_url is not None:
            return (yield from self.on_chain(lambda contracts: chain_time(contracts.w3)))
        found = yield from self.readiness()
        return int(time.time()) if found.indexed_at is None else found.indexed_at

    def contracts(self) -> Contracts:
        """The contracts, on the node of `rpc_url`.

        Raises:
            InvalidInput: There is no `rpc_url`.
            ChainProblem: The node does not answer, or the contracts are not there.
        """
        url = self.options.rpc_url
        if url is None:
            raise InvalidInput("rpc_url", None, "a node's address: this is done on chain alone")
        with self._lock:
            if self._contracts is None:
                w3 = connect(url)
                record = self.options.deployment
                found = deployments.find(w3) if record is None else _loaded(record)
                contracts = Contracts(w3, found)
                contracts.require_present()
                self._contracts = contracts
            return self._contracts

    def deployment(self) -> Deployment:
        """The contracts that are signed for; never what the API says.

        Raises:
            InvalidInput: Neither `deployment` nor `rpc_url` tells.
        """
        record = self.options.deployment
        if record is not None:
            return _loaded(record)
        if self.options.rpc_url is None:
            allowed = "the record of the contracts or its chain id: what is signed is checked by it"
            raise InvalidInput("deployment", None, allowed)
        return self.contracts().deployment

    def wallet(self) -> Wallet:
        """Who signs.

        Raises:
            InvalidInput: Nobody: the client only reads.
        """
        make = self.options.make_wallet
        if make is None:
            allowed = "a key (or AGENT_PRIVATE_KEY), or a signer: this client only reads"
            raise InvalidInput("private_key", None, allowed)
        with self._lock:
            if self._wallet is None:
                self._wallet = make(Web3() if self.options.rpc_url is None else self.contracts().w3)
            return self._wallet

    def agent(self, agent_id: int | None) -> int:
        """The agent that acts.

        Raises:
            InvalidInput: None is named.
        """
        chosen = self.options.agent_id if agent_id is None else agent_id
        if chosen is None:
            raise InvalidInput("agent_id", None, "the number of an agent, or AGENT_ID")
        return chosen


def successful(answer: httpx.Response) -> httpx.Response:
    """Let pass what is no error.

    Raises:
        Refused: It is one, as the API tells it.
    """
    if answer.is_success:
        return answer
    retry = answer.headers.get("Retry-After", "")
    after = int(retry) if retry.isdigit() else None
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:
        name = HTTPStatus(answer.status_code).phrase if answer.status_code < 600 else "an error"
        words = f"The API answers {answer.status_code} {name}."
        raise Refused(answer.status_code, "HTTP_ERROR", words, retry_after=after) from None
    raise Refused(
        answer.status_code,
        problem.error,
        problem.detail,
        problem.reasons,
        problem.reason_codes,
        after,
    )


def parsed(kind: type[S], answer: httpx.Response) -> S:
    """Read an answer.

    Raises:
        ServiceProblem: It is something else.
    """
    try:
        return kind.model_validate_json(answer.content)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        words = f"the API's answer is no {kind.__name__}: {place} {first['msg']}"
        raise ServiceProblem(words) from None


def _loaded(record: Deployment | int | str | Path) -> Deployment:
    if isinstance(record, Deployment):
        return record
    if isinstance(record, str) and record.isdigit():
        record = int(record)
    return deployments.load(record)
