"""The chain while it is played on: its clock stands still unless a story moves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hexbytes import HexBytes
from web3.types import RPCEndpoint

from agentescrow.chain.connection import chain_time
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.events import Event
from agentescrow.chain.transactions import Mined
from agentescrow.domain.run import RunState
from demo.cast import Actor, Cast
from demo.display import Display
from demo.wording import passed
from deployment.local_chain import LocalChain
from localnet.errors import AnvilFailed


@dataclass(frozen=True)
class Step:
    """A transaction of the play.

    Attributes:
        name: What it called.
        payer: Role of the account that paid for the gas.
        gas: How much of it.
    """

    name: str
    payer: str
    gas: int


@dataclass(frozen=True)
class Ending:
    """A run that was played, and how it was meant to end.

    Attributes:
        run_id: The run.
        wanted: In words.
        state: Which the run has to be in.
        agent: Who claimed it; None where nobody did.
    """

    run_id: int
    wanted: str
    state: RunState
    agent: Actor | None


class Stage:
    """Contracts, clock, cast, and the notes that are taken.

    Attributes:
        contracts: What is played with.
        cast: Who plays.
        display: Where it is shown.
        steps: Every transaction, in order.
        descriptions: Of every run, by its id.
        endings: Every run that came to the end of its story.
    """

    def __init__(self, chain: LocalChain, deployment: Deployment, display: Display) -> None:
        """Stop the chain's clock.

        Args:
            chain: Running, with everything deployed.
            deployment: Where the contracts are.
            display: Where it is shown.
        """
        self.contracts = Contracts(chain.w3, deployment)
        self.cast = Cast(chain)
        self.display = display
        self.steps: list[Step] = []
        self.descriptions: dict[int, str] = {}
        self.endings: list[Ending] = []
        chain.w3.middleware_onion.remove("validation")  # asks for the chain id before each request
        self._rpc("anvil_setBlockTimestampInterval", 0)
        self._now = chain_time(chain.w3)

    @property
    def now(self) -> int:
        """The chain's time, unix seconds."""
        return self._now

    def travel_to(self, timestamp: int) -> None:
        """Let time pass, unless it has.

        Args:
            timestamp: Unix seconds.
        """
        if timestamp <= self._now:
            return
        self.display.pause(passed(timestamp - self._now))
        self._rpc("evm_setNextBlockTimestamp", timestamp)
        self._rpc("evm_mine")
        self._now = timestamp

    def later(self, seconds: int) -> None:
        """Let a while pass."""
        self.travel_to(self._now + seconds)

    def tell(self, actor: Actor, text: str) -> None:
        """Say what somebody does, or is."""
        self.display.line(self._now, actor.name, actor.role, text)

    def did(self, actor: Actor, name: str, mined: Mined[Event], text: str) -> None:
        """Note a transaction and say what it did.

        Args:
            actor: In whose name it was.
            name: What it called.
            mined: The transaction.
            text: The same in words.
        """
        sender = self.contracts.w3.eth.get_transaction(HexBytes(mined.transaction))["from"]
        payer = self.cast.owner_of(sender)
        self.steps.append(Step(name, payer.role, mined.gas_used))
        relayed = "" if payer.name == actor.name else f" (sent by the {payer.name})"
        self.tell(actor, text + relayed)

    def _rpc(self, method: str, *params: Any) -> None:  # noqa: ANN401 - JSON
        answer = self.contracts.w3.provider.make_request(RPCEndpoint(method), list(params))
        if "error" in answer:
            raise AnvilFailed(f"{method}: {answer['error']}")
