"""The two clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

import httpx

from agentescrow.chain.deployments import Deployment
from agentescrow.errors import InvalidInput
from agentescrow.sdk.agents import Agents, AsyncAgents
from agentescrow.sdk.following import alisten, begin, listen
from agentescrow.sdk.runs import AsyncRuns, Runs
from agentescrow.sdk.session import Options, Session
from agentescrow.sdk.shells import Awaiting, Blocking, operation
from agentescrow.sdk.signers import wallet_maker
from agentescrow.sdk.steps import Steps
from agentescrow.settings import ClientSettings, read
from agentescrow.wire.runs import Event
from agentescrow.wire.stats import Readiness, Stats

_TIMEOUT: Final = 30.0
_RETRIES: Final = 2


class _Operations:
    _session: Session

    @operation
    def stats(self) -> Steps[Stats]:
        """Get the market in numbers."""
        return (yield from self._session.read("/api/stats", Stats))

    @operation
    def readiness(self) -> Steps[Readiness]:
        """Get how the index is, and up to which block."""
        return (yield from self._session.readiness())


class AgentClient(_Operations, Blocking):
    """A client for agents and posters.

    With a key and `rpc_url` it sends transactions of its own; with a key alone it signs requests,
    which the API's relayer pays for. Without a key it reads.

    Args:
        api_url: Address of the REST API.
        rpc_url: Address of a node; calls go on chain directly, unless `gasless`.
        private_key: 0x and 64 hexadecimal digits; AGENT_PRIVATE_KEY where neither is given.
        signer: In place of a key: an account of eth-account's or of Ape's, or a `Wallet`.
        agent_id: The agent that acts where no other is named; AGENT_ID where None.
        deployment: The contracts: a record's file, a chain id or a `Deployment`; DEPLOYMENT where
            None, else the shipped record of the node's chain. What is signed is checked by it, so
            that it is needed without `rpc_url`.
        gasless: Sign requests for the relayer although there is an `rpc_url`.
        patience: Seconds that a write waits until it is mined and indexed.

    Raises:
        InvalidInput: The signer is none.

    Example:
        >>> with AgentClient(api_url, rpc_url=rpc_url, private_key=key) as client:
        ...     client.runs.claim(run_id, agent_id)
    """

    def __init__(
        self,
        api_url: str,
        rpc_url: str | None = None,
        private_key: str | None = None,
        *,
        signer: object | None = None,
        agent_id: int | None = None,
        deployment: Deployment | int | str | Path | None = None,
        gasless: bool | None = None,
        patience: float = 60.0,
    ) -> None:
        session = _session(rpc_url, private_key, signer, agent_id, deployment, gasless, patience)
        transport = httpx.HTTPTransport(retries=_RETRIES)
        http = httpx.Client(base_url=_address(api_url), timeout=_TIMEOUT, transport=transport)
        super().__init__(session, http)
        self.runs = Runs(session, http)
        self.agents = Agents(session, http)

    @property
    def address(self) -> str:
        """Of whoever signs."""
        return self._session.wallet().address

    def events(
        self,
        *,
        from_block: int | None = None,
        last_event_id: str | None = None,
        follow: bool = True,
    ) -> Iterator[Event]:
        """Yield every event of the contracts as it is indexed; none is lost, none comes twice.

        A connection that breaks off is taken up where it ended. A reorganisation takes events back
        without a word: who must know waits for as many blocks as the chain needs to settle.

        Args:
            from_block: Begin here; where neither this nor an event is named, with what is indexed
                after the iteration began.
            last_event_id: `.id` of an event: go on after it.
            follow: False ends where the index ends.

        Raises:
            ServiceUnreachable: There is no connection for `patience` seconds.
            Refused: The API says no.
        """
        place = self._take(begin(self._session, from_block, last_event_id, follow=follow))
        yield from listen(self._http, place)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> AgentClient:
        """Use it as a context manager."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


class AsyncAgentClient(_Operations, Awaiting):
    """The same as `AgentClient`, with every operation awaited."""

    def __init__(
        self,
        api_url: str,
        rpc_url: str | None = None,
        private_key: str | None = None,
        *,
        signer: object | None = None,
        agent_id: int | None = None,
        deployment: Deployment | int | str | Path | None = None,
        gasless: bool | None = None,
        patience: float = 60.0,
    ) -> None:
        session = _session(rpc_url, private_key, signer, agent_id, deployment, gasless, patience)
        transport = httpx.AsyncHTTPTransport(retries=_RETRIES)
        http = httpx.AsyncClient(base_url=_address(api_url), timeout=_TIMEOUT, transport=transport)
        super().__init__(session, http)
        self.runs = AsyncRuns(session, http)
        self.agents = AsyncAgents(session, http)

    @property
    def address(self) -> str:
        """Of whoever signs."""
        return self._session.wallet().address

    async def events(
        self,
        *,
        from_block: int | None = None,
        last_event_id: str | None = None,
        follow: bool = True,
    ) -> AsyncIterator[Event]:
        """Yield every event of the contracts as it is indexed; see `AgentClient.events`."""
        place = await self._take(begin(self._session, from_block, last_event_id, follow=follow))
        async for event in alisten(self._http, place):
            yield event

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncAgentClient:
        """Use it as a context manager."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.aclose()


def _session(
    rpc_url: str | None,
    private_key: str | None,
    signer: object | None,
    agent_id: int | None,
    deployment: Deployment | int | str | Path | None,
    gasless: bool | None,
    patience: float,
) -> Session:
    settings = read(ClientSettings)
    if private_key is not None and signer is not None:
        raise InvalidInput("signer", type(signer).__name__, "a private_key or a signer, not both")
    who = private_key if signer is None else signer
    if who is None and settings.agent_private_key is not None:
        who = settings.agent_private_key.get_secret_value()
    return Session(
        Options(
            rpc_url=rpc_url,
            make_wallet=None if who is None else wallet_maker(who),
            deployment=settings.deployment if deployment is None else deployment,
            gasless=rpc_url is None if gasless is None else gasless,
            agent_id=settings.agent_id if agent_id is None else agent_id,
            patience=patience,
        )
    )


def _address(api_url: str) -> str:
    if not api_url.startswith(("http://", "https://")):
        raise InvalidInput("api_url", api_url, "an address that begins with http:// or https://")
    return api_url.rstrip("/")
