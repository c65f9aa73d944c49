"""The chain while it is played on: its clock stands still unless a story moves it."""

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

_PATIENCE: Final = 600.0  # seconds: a slow machine plays the same stories


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
    """Contracts, clients, clock, cast, and the notes that are taken.

    Attributes:
        contracts: What is played with.
        api_url: Address of the REST API.
        cast: Who plays.
        display: Where it is shown.
        steps: Every transaction, in order.
        descriptions: Of every run, by its id.
        endings: Every run that came to the end of its story.
    """

    def __init__(
        self, chain: LocalChain, deployment: Deployment, display: Display, api_url: str
    ) -> None:
        """Stop the chain's clock.

        Args:
            chain: Running, with everything deployed.
            deployment: Where the contracts are.
            display: Where it is shown.
            api_url: Address of the REST API.
        """
        self.api_url = api_url
        self._chain = chain
        self._clients: dict[tuple[str, bool], AgentClient] = {}
        self.contracts = Contracts(chain.w3, deployment)
        self.cast = Cast(chain)
        self.display = display
        self.steps: list[Step] = []
        self.descriptions: dict[int, str] = {}
        self.endings: list[Ending] = []
        chain.w3.middleware_onion.remove("validation")  # asks for the chain id before each request
        self._rpc("anvil_setBlockTimestampInterval", 0)
        self._now = chain_time(chain.w3)
        self._noted = chain.w3.eth.block_number

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
        self._noted = self.contracts.w3.eth.block_number

    def later(self, seconds: int) -> None:
        """Let a while pass."""
        self.travel_to(self._now + seconds)

    def tell(self, actor: Actor, text: str) -> None:
        """Say what somebody does, or is."""
        self.display.line(self._now, actor.name, actor.role, text)

    def client(self, actor: Actor) -> AgentClient:
        """The client of somebody: of their key, direct or through the relayer."""
        key = (actor.name, actor.gasless)
        if key not in self._clients:
            self._clients[key] = AgentClient(
                self.api_url,
                self._chain.url,
                signer=actor.wallet,
                deployment=self.contracts.deployment,
                gasless=actor.gasless,
                patience=_PATIENCE,
            )
        return self._clients[key]

    def news(self) -> tuple[Event, ...]:
        """Everything that contracts have said in the transactions since the last step."""
        logs = self.contracts.w3.eth.get_logs({"fromBlock": self._noted + 1, "toBlock": "latest"})
        return decode_events(self.contracts.kinds, logs)

    def did(self, actor: Actor, name: str, text: str) -> None:
        """Note the transactions since the last step, and say what they did.

        Args:
            actor: In whose name they were.
            name: What they called.
            text: The same in words.
        """
        w3, payer = self.contracts.w3, actor.name
        latest = w3.eth.block_number
        cast = {actor.address: actor for actor in self.cast.everybody}
        for number in range(self._noted + 1, latest + 1):
            for sent in w3.eth.get_block(number, full_transactions=True)["transactions"]:
                assert not isinstance(sent, bytes)
                owner = cast.get(sent["from"])
                if owner is None:
                    continue  # whoever made the USDC to play with
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
