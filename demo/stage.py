"""The chain of the demo: its clock stands still unless a story moves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from web3.types import RPCEndpoint

from agentescrow import AgentClient
from agentescrow.chain.connection import chain_time
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.decode import decode_events
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.events import Event
from agentescrow.domain.runs.run import RunState
from demo.cast import Actor, Cast
from demo.display import Display
from demo.wording import passed
from deployment.local_chain import LocalChain
from localnet.errors import AnvilFailed

_TIMEOUT: Final = 600.0  # seconds: slow machines play the same stories


@dataclass(frozen=True)
class Step:
    """A transaction of the demo.

    Attributes:
        name: Called function.
        payer: Role of the account that paid for the gas.
        gas: Gas used.
    """

    name: str
    payer: str
    gas: int


@dataclass(frozen=True)
class Ending:
    """A run that was played, and its planned outcome.

    Attributes:
        run_id: Id of the run.
        wanted: Planned outcome as text.
        state: Planned state.
        agent: Agent that claimed it, if any.
    """

    run_id: int
    wanted: str
    state: RunState
    agent: Actor | None


class Stage:
    """Contracts, clients, clock, actors, and a log of the demo.

    Attributes:
        contracts: Contracts of the deployment.
        api_url: URL of the REST API.
        cast: Actors.
        display: Output.
        steps: Every transaction, in order.
        descriptions: Description of every run, by id.
        endings: Every run whose story has ended.
    """

    def __init__(
        self, chain: LocalChain, deployment: Deployment, display: Display, api_url: str
    ) -> None:
        """Stop the chain's clock."""
        self.api_url = api_url
        self._chain = chain
        self._clients: dict[tuple[str, bool], AgentClient] = {}
        self.contracts = Contracts(chain.w3, deployment)
        self.cast = Cast(chain)
        self.display = display
        self.steps: list[Step] = []
        self.descriptions: dict[int, str] = {}
        self.endings: list[Ending] = []
        chain.w3.middleware_onion.remove(
            "validation"
        )  # it asks for the chain id before each request
        self._rpc("anvil_setBlockTimestampInterval", 0)
        self._now = chain_time(chain.w3)
        self._noted = chain.w3.eth.block_number

    @property
    def now(self) -> int:
        """The chain's time, unix seconds."""
        return self._now

    def travel_to(self, timestamp: int) -> None:
        """Move the clock to a time in unix seconds, unless it has passed."""
        if timestamp <= self._now:
            return
        self.display.pause(passed(timestamp - self._now))
        self._rpc("evm_setNextBlockTimestamp", timestamp)
        self._rpc("evm_mine")
        self._now = timestamp
        self._noted = self.contracts.w3.eth.block_number

    def later(self, seconds: int) -> None:
        """Move the clock by some seconds."""
        self.travel_to(self._now + seconds)

    def tell(self, actor: Actor, text: str) -> None:
        """Print a line about an actor."""
        self.display.line(self._now, actor.name, actor.role, text)

    def client(self, actor: Actor) -> AgentClient:
        """Return an actor's client: direct, or through the relayer."""
        key = (actor.name, actor.gasless)
        if key not in self._clients:
            self._clients[key] = AgentClient(
                self.api_url,
                self._chain.url,
                signer=actor.wallet,
                deployment=self.contracts.deployment,
                gasless=actor.gasless,
                patience=_TIMEOUT,
            )
        return self._clients[key]

    def news(self) -> tuple[Event, ...]:
        """Decode the events since the last step."""
        logs = self.contracts.w3.eth.get_logs({"fromBlock": self._noted + 1, "toBlock": "latest"})
        return decode_events(self.contracts.kinds, logs)

    def record(self, actor: Actor, name: str, text: str) -> None:
        """Record the transactions since the last step, and print what they record.

        Args:
            actor: Actor on whose behalf they were sent.
            name: Called function.
            text: The action.
        """
        w3, payer = self.contracts.w3, actor.name
        latest = w3.eth.block_number
        cast = {actor.address: actor for actor in self.cast.everybody}
        for number in range(self._noted + 1, latest + 1):
            for sent in w3.eth.get_block(number, full_transactions=True)["transactions"]:
                assert not isinstance(sent, bytes)
                owner = cast.get(sent["from"])
                if owner is None:
                    continue  # the account that minted the USDC
                gas = w3.eth.get_transaction_receipt(sent["hash"])["gasUsed"]
                self.steps.append(Step(name, owner.role, gas))
                payer = owner.name
        self._noted = latest
        relayed = "" if payer == actor.name else f" (sent by the {payer})"
        self.tell(actor, text + relayed)

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            client.close()

    def _rpc(self, method: str, *params: Any) -> None:  # noqa: ANN401 - JSON
        answer = self.contracts.w3.provider.make_request(RPCEndpoint(method), list(params))
        if "error" in answer:
            raise AnvilFailed(f"{method}: {answer['error']}")
