"""What every operation works with: the API, the chain where there is one, and who signs."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
from web3 import Web3

from agentescrow.chain import deployments
from agentescrow.chain.connection import chain_time, connect
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.events import Event
from agentescrow.chain.reverts import checked_answers
from agentescrow.chain.transactions import Mined
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import (
    ChainProblem,
    ContractReverted,
    Contradicted,
    InvalidInput,
    NodeBehind,
    Refused,
    ServiceProblem,
    ServiceUnreachable,
    StillPending,
)
from agentescrow.sdk.http import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    NOT_NOW,
    block_of,
    parsed,
    persistent,
    successful,
)
from agentescrow.sdk.shipped_records import shipped_for
from agentescrow.sdk.signers import WalletMaker
from agentescrow.sdk.steps import Steps, ask, pause, work
from agentescrow.wire.codes import name_of, status_of
from agentescrow.wire.config import Config
from agentescrow.wire.health import Readiness
from agentescrow.wire.shape import Shape

S = TypeVar("S", bound=Shape)
E = TypeVar("E", bound=Event)
T = TypeVar("T")

_UNAVAILABLE: Final = 503
_DONE: Final = "done and indexed, but the API does not answer"


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


class Unsettled:
    """What was tried and may be paid, by what its caller has asked for."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: dict[Hashable, list[Any]] = {}
        self._lock = threading.Lock()

    def take(self, asked: Hashable) -> Any | None:  # noqa: ANN401 - an Attempt
        """Take the earliest out; whoever takes it makes it again, or keeps it."""
        with self._lock:
            kept = self._kept.get(asked, [])
            taken = kept.pop(0) if kept else None
            if not kept:
                self._kept.pop(asked, None)
            return taken

    def keep(self, asked: Hashable, attempt: object) -> None:
        """Keep one until the same is asked for again."""
        with self._lock:
            self._kept.setdefault(asked, []).append(attempt)


class Session:
    """Bound once, when a client is made; asks nobody anything before the first operation."""

    def __init__(self, options: Options) -> None:
        """Bind it.

        Args:
            options: How the client was made.
        """
        self.options = options
        self._lock = threading.Lock()
        self._binding = threading.RLock()  # another: who asks for an address waits for no write
        self._contracts: Contracts | None = None
        self._wallet: Wallet | None = None
        self._shipped: Deployment | None = None
        self._turns: deque[object] = deque()
        self.attempts = Unsettled()
        self.written_at = 0
        """Block that has what this client has written: no answer may be older."""

    # The API

    def read(
        self, path: str, kind: type[S], params: Mapping[str, object] | None = None
    ) -> Steps[S]:
        """Ask the API for something.

        Args:
            kind: What it is.
            params: Of the query; None is left out.

        Raises:
            Refused: The API says no.
            ServiceUnreachable: Nobody answers.
            StillPending: Its answers stay older than what this client has written.
        """
        answer = yield from self._answer(path, params)
        if self._is_stale(answer):
            words = f"the API answers as of block {block_of(answer)}, which is older"
            raise StillPending(f"what was done in block {self.written_at}", words)
        return parsed(kind, successful(answer))

    def answer(
        self, path: str, params: Mapping[str, object] | None = None
    ) -> Steps[httpx.Response]:
        """The same, with its headers; the caller looks at the block that they name.

        Args:
            params: Of the query; None is left out.
        """
        return successful((yield from self._answer(path, params)))

    def _answer(self, path: str, params: Mapping[str, object] | None) -> Steps[httpx.Response]:
        """Ask, and ask again while the answer is older than what this client has written.

        Processes of one API may read databases that are not equally far.
        """
        query = {key: str(value) for key, value in (params or {}).items() if value is not None}
        patience = self.options.patience
        end, wait = time.monotonic() + patience, FIRST_PAUSE
        while True:
            answer = yield from persistent("GET", path, patience=patience, params=query)
            if not self._is_stale(answer) or time.monotonic() >= end:
                return answer
            yield from pause(wait)
            wait = min(2 * wait, LONGEST_PAUSE)

    def _is_stale(self, answer: httpx.Response) -> bool:
        block = block_of(answer)
        if block is None or answer.status_code in NOT_NOW:
            return False
        return block < self.written_at

    def post(self, path: str, body: Shape, key: str) -> Steps[httpx.Response]:
        """Send the API something to do.

        Args:
            body: What; None is left out.
            key: Idempotency-Key, so that it is done once.

        Raises:
            ServiceUnreachable: Nobody answers; `AnswerLost` where it may have been done.
        """
        json = body.model_dump(mode="json", exclude_none=True)
        patience = self.options.patience
        answer = yield from persistent("POST", path, patience=patience, json=json, key=key)
        if answer.is_success:
            self.written_at = max(self.written_at, block_of(answer) or 0)
        return answer

    def in_turn(self, steps: Callable[[], Steps[T]]) -> Steps[T]:
        """Take steps when those of earlier callers have been taken.

        The forwarder numbers what an account signs, so a second request cannot be signed before
        the first is on its way; threads and tasks of one client wait for each other.
        """
        turn = object()
        self._turns.append(turn)
        try:
            while self._turns[0] is not turn:
                yield from pause(FIRST_PAUSE)
            return (yield from steps())
        finally:
            self._turns.remove(turn)

    def readiness(self) -> Steps[Readiness]:
        """How the index is; an index that is behind is no error."""
        answer = yield from ask("GET", "/ready")
        if answer.status_code == _UNAVAILABLE:
            with suppress(ServiceProblem):  # it may be of a gateway, or of a busy database
                return parsed(Readiness, answer)
        return parsed(Readiness, successful(answer))

    def until_indexed(self, block: int, what: str) -> Steps[None]:
        """Wait until the API has indexed a block.

        Args:
            what: What was done in it, for the error.

        Raises:
            StillPending: It has not in time.
        """

        def look() -> Steps[bool | None]:
            indexed = (yield from self.readiness()).indexed_block
            return True if indexed is not None and indexed >= block else None

        self.written_at = max(self.written_at, block)
        words = f"mined in block {block}, which the API has not indexed yet"
        yield from self.until(look, what, words)

    def until(self, look: Callable[[], Steps[T | None]], what: str, words: str) -> Steps[T]:
        """Look again and again after something was done; an API that is away is no answer.

        Args:
            look: What is looked for, or None.
            what: What was done, for the error.
            words: How far it is known to have come, for the error.

        Raises:
            StillPending: Nothing is found in time.
        """
        end, wait = time.monotonic() + self.options.patience, FIRST_PAUSE
        while True:
            found = yield from _if_answered(look)
            if found is not None:
                return found
            if time.monotonic() >= end:
                raise StillPending(what, words)
            yield from pause(wait)
            wait = min(2 * wait, LONGEST_PAUSE)

    # The chain

    def send(
        self,
        act: Callable[[Contracts, Wallet], Mined[E]],
        look: Callable[[Mined[E]], Steps[T]],
    ) -> Steps[T]:
        """Do something on chain, wait until the API has indexed it, and look at what it did.

        Args:
            act: Sends; one at a time, so that nonces have an order.
            look: Reads the API, given what was mined.

        Raises:
            Refused: The contract says no.
            ChainProblem: The chain cannot do it now.
            StillPending: It is mined, and the API does not show it.
            Contradicted: It is mined, and the API shows something else.
        """
        mined = yield from self.on_chain(lambda contracts: act(contracts, self.wallet()))
        return (yield from self.shown(mined, look))

    def shown(self, mined: Mined[E], look: Callable[[Mined[E]], Steps[T]]) -> Steps[T]:
        """Wait until the API has indexed what was mined, and look at it.

        Whatever the API answers, it is done: so no error says that it was refused.

        Args:
            mined: By the node's word.
            look: As in `send`.

        Raises:
            StillPending: The API does not show it.
            Contradicted: It shows something else.
        """
        what = f"transaction {mined.transaction}"
        try:
            yield from self.until_indexed(mined.block_number, what)
            return (yield from self.until(lambda: look(mined), what, _DONE))
        except StillPending:
            raise
        except Contradicted as other:
            raise Contradicted(other.subject, other.field, other.said, other.found, what) from other
        except (ServiceProblem, ChainProblem) as problem:
            words = f"mined in block {mined.block_number}, but not to be seen yet: {problem}"
            raise StillPending(what, words) from problem

    def is_verified(self, verify: bool | None) -> bool:
        """Whether answers are compared with the node.

        Args:
            verify: What the caller wants; where it is None, they are if there is a node.

        Raises:
            InvalidInput: They shall be, and there is none.
        """
        has_node = self.options.rpc_url is not None
        if verify and not has_node:
            raise InvalidInput("verify", verify, "False, or a client with a node (rpc_url)")
        return has_node if verify is None else verify

    def look_up(self, ask_chain: Callable[[Contracts], T]) -> Steps[T]:
        """Ask the node something; whatever is being sent meanwhile.

        Raises:
            ContractReverted: A contract says no.
            ChainProblem: The node does not answer.
        """

        def ask() -> T:
            with checked_answers():
                return ask_chain(self.contracts())

        return (yield from work(ask))

    def on_chain(self, act: Callable[[Contracts], T]) -> Steps[T]:
        """Ask the chain itself.

        Raises:
            Refused: A contract says no.
            ChainProblem: The chain does not answer.
        """

        def locked() -> T:
            with self._lock:
                try:
                    return act(self.contracts())
                except ContractReverted as no:
                    words, name = no.words or str(no), name_of(no)
                    raise Refused(status_of(no), name, words, [words], [name]) from no

        written = self._written()
        try:
            return (yield from work(locked))
        except Refused as refused:
            if not (yield from self._may_be_behind(written)):
                raise
            try:
                return (yield from work(locked))
            except NodeBehind:  # the API alone says that there is such a block
                raise refused from None

    def _written(self) -> int:
        return 0 if self._contracts is None else self._contracts.own.count

    def _may_be_behind(self, written: int) -> Steps[bool]:
        """Whether a refusal may be of a state that is older than what the API shows.

        The node is asked again then, at a block that the API has indexed. Not so where something
        was sent before the refusal: that must not be sent twice.
        """
        contracts = self._contracts
        if contracts is None or contracts.own.count != written:
            return False
        try:
            indexed = (yield from self.readiness()).indexed_block
            if indexed is None:
                return False
            own, block = contracts.own, indexed
            return (yield from work(lambda: own.hear(block)))
        except (ServiceProblem, ChainProblem):
            return False

    def now(self) -> Steps[int]:
        """The time that deadlines are measured by, unix seconds: the node's, else this machine's.

        Never the API's: what is signed would end when it likes.
        """
        if self.options.rpc_url is None:
            return int(time.time())
        return (yield from self.on_chain(lambda contracts: chain_time(contracts.w3)))

    def contracts(self) -> Contracts:
        """The contracts, on the node of `rpc_url`.

        Raises:
            InvalidInput: There is no `rpc_url`.
            ChainProblem: The node does not answer, or the contracts are not there.
        """
        url = self.options.rpc_url
        if url is None:
            raise InvalidInput("rpc_url", None, "a node's address: this is done on chain alone")
        with self._binding:
            if self._contracts is None:
                w3 = connect(url)
                record = self.options.deployment
                found = deployments.find(w3) if record is None else _loaded(record)
                contracts = Contracts(w3, found)
                contracts.require_present()
                self._contracts = contracts
            return self._contracts

    def deployment(self) -> Steps[Deployment]:
        """The contracts that are signed for: of a record, and never of the API.

        Raises:
            DeploymentUnknown: Nothing names a record, and none is shipped for the chain.
            UntrustedRequest: The API works with other contracts than the shipped record's.
        """
        record = self.options.deployment
        if record is not None:
            return _loaded(record)
        if self.options.rpc_url is not None:
            return (yield from work(lambda: self.contracts().deployment))
        if self._shipped is None:
            self._shipped = shipped_for((yield from self.read("/api/config", Config)))
        return self._shipped

    def wallet(self) -> Wallet:
        """Who signs.

        Raises:
            InvalidInput: Nobody: the client only reads.
        """
        make = self.options.make_wallet
        if make is None:
            allowed = "a key (or AGENT_PRIVATE_KEY), or a signer: this client only reads"
            raise InvalidInput("private_key", None, allowed)
        with self._binding:
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


def _if_answered(look: Callable[[], Steps[T | None]]) -> Steps[T | None]:
    try:
        return (yield from look())
    except ServiceUnreachable:
        return None
    except Refused as refused:
        if refused.status not in NOT_NOW:
            raise
        return None


def _loaded(record: Deployment | int | str | Path) -> Deployment:
    if isinstance(record, Deployment):
        return record
    if isinstance(record, str) and record.isdigit():
        record = int(record)
    return deployments.load(record)
