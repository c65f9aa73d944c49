"""The two clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Final

import httpx

from agentescrow.chain.deployments import Deployment
from agentescrow.chain.fees import GasBudget
from agentescrow.errors import InvalidInput
from agentescrow.sdk.agents.resource import Agents, AsyncAgents
from agentescrow.sdk.credits import credits_of, withdraw_credit
from agentescrow.sdk.event_stream import alisten, begin, listen
from agentescrow.sdk.risk_checks import caution_of_unencrypted
from agentescrow.sdk.runners import Awaiting, Blocking, operation
from agentescrow.sdk.runs.resource import AsyncRuns, Runs
from agentescrow.sdk.session import Options, Session
from agentescrow.sdk.signers import WalletMaker, wallet_maker
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.validation import address
from agentescrow.settings import ClientSettings, read
from agentescrow.wire.credits import Credits
from agentescrow.wire.events import Event
from agentescrow.wire.health import Readiness
from agentescrow.wire.relay import SignedRequests
from agentescrow.wire.stats import Stats


class LeftOut(Enum):
    """What a parameter is that its caller has not given; None says that there is none."""

    ARGUMENT = "left out"


LEFT_OUT: Final = LeftOut.ARGUMENT

_TIMEOUT: Final = 30.0
_RETRIES: Final = 2


class _Operations:
    _session: Session

    @operation
    def stats(self) -> Steps[Stats]:
        """Get the market in numbers."""
        return (yield from self._session.read("/api/stats", Stats))

    @operation
    def credits(self, account: str | None = None) -> Steps[Credits]:
        """Get what USDC refused to pay an account; with a node, by the contracts' word.

        Args:
            account: Whose; the signer's where None.
        """
        return (yield from credits_of(self._session, account))

    @operation
    def withdraw_credit(self, to: str | None = None) -> Steps[Credits]:
        """Withdraw all of it, to an address that USDC pays.

        Args:
            to: Receiver; the signer where None.

        Returns:
            What is still owed: nothing.
        """
        return (yield from withdraw_credit(self._session, to))

    @operation
    def requests(
        self, signer: str | None = None, *, limit: int = 20, cursor: str | None = None
    ) -> Steps[SignedRequests]:
        """List what an account has signed for the relayer, the latest first.

        Pending ones do not tell what they are for, since others could be quicker to do it.

        Args:
            signer: Whose; the signer's own where None.
            limit: Requests a page, at most 100.
            cursor: `next_cursor` of the page before.
        """
        session = self._session
        account = session.wallet().address if signer is None else address("signer", signer)
        wanted = {"signer": account, "limit": limit, "cursor": cursor}
        return (yield from session.read("/api/requests", SignedRequests, wanted))

    @operation
    def readiness(self) -> Steps[Readiness]:
        """Get how the index is, and up to which block."""
        return (yield from self._session.readiness())

    @operation
    def now(self) -> Steps[int]:
        """Get the time that deadlines are measured by, unix seconds.

        It is the node's where there is one, else this machine's; never the API's.
        """
        return (yield from self._session.now())


class AgentClient(_Operations, Blocking):
    """A client for agents and posters.

    With a key and `rpc_url` it sends transactions of its own; with a key alone it signs requests,
    which the API's relayer pays for. Without a key it reads.

    Args:
        api_url: Address of the REST API.
        rpc_url: Address of a node; calls go on chain directly, unless `gasless`.
        private_key: 0x and 64 hexadecimal digits; None for no key. Where it is left out, and no
            signer is given, AGENT_PRIVATE_KEY of the process environment.
        signer: In place of a key: an account of eth-account's or of Ape's, or a `Wallet`.
        agent_id: The agent that acts where no other is named; None for none. AGENT_ID of the
            process environment where it is left out.
        deployment: The contracts: a record's file, a chain id or a `Deployment`; the shipped record
            of the node's chain where None, or of the API's without `rpc_url`. What is signed is
            checked by it.
        gasless: Sign requests for the relayer although there is an `rpc_url`.
        patience: Seconds that a write waits until it is mined and indexed.
        max_fee: Wei a gas that a transaction may offer, whatever the node asks for; 5 gwei on Base
            where None.

    Attributes:
        gas_budget: Wei that transactions of a key may offer for gas, all together; without a limit
            until `gas_budget.left` is set.

    Nothing else is read of the environment, and no file of the working directory.

    Raises:
        InvalidInput: The signer is none.

    Warns:
        UnencryptedAddress: API or node are beyond this machine, and spoken to by http://.

    Example:
        >>> with AgentClient(api_url, rpc_url=rpc_url, private_key=key) as client:
        ...     client.runs.claim(run_id, agent_id)
    """

    def __init__(
        self,
        api_url: str,
        rpc_url: str | None = None,
        private_key: str | LeftOut | None = LEFT_OUT,
        *,
        signer: object | None = None,
        agent_id: int | LeftOut | None = LEFT_OUT,
        deployment: Deployment | int | str | Path | None = None,
        gasless: bool | None = None,
        patience: float = 60.0,
        max_fee: int | None = None,
    ) -> None:
        self.gas_budget = GasBudget()
        who = _wallet_maker(private_key, signer, max_fee, self.gas_budget)
        session = _session(rpc_url, who, agent_id, deployment, gasless, patience)
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
        run_id: int | None = None,
        agent_id: int | None = None,
        name: str | Sequence[str] | None = None,
    ) -> Iterator[Event]:
        """Yield every event of the contracts as it is indexed; none is lost, none comes twice.

        A connection that breaks off is taken up where it ended. What a
        reorganisation takes back comes again, with `removed`.

        Args:
            from_block: Begin here; where neither this nor an event is named, with what is indexed
                after the iteration began.
            last_event_id: `.id` of an event: go on after it.
            follow: False ends where the index ends.
            run_id: About this run alone.
            agent_id: About this agent alone.
            name: "RunCreated" and so on, or several: of these names alone.

        Raises:
            ServiceUnreachable: There is no connection for `patience` seconds.
            Refused: The API says no.
        """
        place = self._take(
            begin(
                self._session,
                from_block,
                last_event_id,
                follow=follow,
                run_id=run_id,
                agent_id=agent_id,
                name=name,
            )
        )
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
        private_key: str | LeftOut | None = LEFT_OUT,
        *,
        signer: object | None = None,
        agent_id: int | LeftOut | None = LEFT_OUT,
        deployment: Deployment | int | str | Path | None = None,
        gasless: bool | None = None,
        patience: float = 60.0,
        max_fee: int | None = None,
    ) -> None:
        self.gas_budget = GasBudget()
        who = _wallet_maker(private_key, signer, max_fee, self.gas_budget)
        session = _session(rpc_url, who, agent_id, deployment, gasless, patience)
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
        run_id: int | None = None,
        agent_id: int | None = None,
        name: str | Sequence[str] | None = None,
    ) -> AsyncIterator[Event]:
        """Yield every event of the contracts as it is indexed; see `AgentClient.events`."""
        place = await self._take(
            begin(
                self._session,
                from_block,
                last_event_id,
                follow=follow,
                run_id=run_id,
                agent_id=agent_id,
                name=name,
            )
        )
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


def _wallet_maker(
    private_key: str | LeftOut | None,
    signer: object | None,
    max_fee: int | None,
    budget: GasBudget,
) -> WalletMaker | None:
    who: object | None
    if signer is None:
        who = _key_of_the_environment() if private_key is LEFT_OUT else private_key
    elif private_key in (None, LEFT_OUT):
        who = signer
    else:
        raise InvalidInput("signer", type(signer).__name__, "a private_key or a signer, not both")
    if max_fee is not None and max_fee <= 0:
        raise InvalidInput("max_fee", max_fee, "wei a gas, more than 0")
    return None if who is None else wallet_maker(who, max_fee, budget)


def _session(
    rpc_url: str | None,
    make_wallet: WalletMaker | None,
    agent_id: int | LeftOut | None,
    deployment: Deployment | int | str | Path | None,
    gasless: bool | None,
    patience: float,
) -> Session:
    if rpc_url is not None:
        caution_of_unencrypted("rpc_url", rpc_url)
    return Session(
        Options(
            rpc_url=rpc_url,
            make_wallet=make_wallet,
            deployment=deployment,
            gasless=rpc_url is None if gasless is None else gasless,
            agent_id=read(ClientSettings).agent_id if agent_id is LEFT_OUT else agent_id,
            patience=patience,
        )
    )


def _key_of_the_environment() -> str | None:
    key = read(ClientSettings).agent_private_key
    return None if key is None else key.get_secret_value()


def _address(api_url: str) -> str:
    if not api_url.startswith(("http://", "https://")):
        raise InvalidInput("api_url", api_url, "an address that begins with http:// or https://")
    caution_of_unencrypted("api_url", api_url)
    return api_url.rstrip("/")
