"""`client.agents`: register, stake, and find out who may claim."""

from __future__ import annotations

from typing import Final

from agentescrow.errors import InvalidInput
from agentescrow.sdk.agents.writes import agent_markets, allow_market, stake, stake_info, unstake
from agentescrow.sdk.http import parsed, successful
from agentescrow.sdk.idempotency_key import WriteKey, write_key
from agentescrow.sdk.runners import Awaiting, Blocking, operation
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.validation import address, base_units, number
from agentescrow.sdk.verification import verified_agent, verified_stake
from agentescrow.wire.agents import (
    Agent,
    AgentMarkets,
    AgentPage,
    StakeAnswer,
    StakeBody,
    StakeInfo,
)
from agentescrow.wire.eligibility import Eligibility

_NO_REQUESTS: Final = (
    "a node's address, and ETH for gas: the identity registry takes no signed requests; else have "
    "another account register, and transfer the NFT to this one"
)


class _Operations:
    """Agents are NFTs of the ERC-8004 identity registry; `agent_id` is the client's where None."""

    _session: Session

    @operation
    def list(
        self,
        *,
        page: int = 1,
        limit: int = 20,
        owner: str | None = None,
        status: str | None = None,
        cursor: str | None = None,
    ) -> Steps[AgentPage]:
        """List agents by number.

        Args:
            page: Number of the page, from 1.
            limit: Agents a page, at most 100.
            owner: Owner of the agents' NFTs.
            status: "PROVISIONAL" and so on.
            cursor: `pagination.next_cursor` of the page before, in place of `page`.
        """
        wanted = {"page": page, "limit": limit, "owner": owner, "status": status}
        wanted |= {"cursor": cursor}
        return (yield from self._session.read("/api/agents", AgentPage, wanted))

    @operation
    def get(self, agent_id: int | None = None) -> Steps[Agent]:
        """Get an agent with its reputation."""
        return (yield from self._session.read(f"/api/agents/{self._agent(agent_id)}", Agent))

    @operation
    def get_stake_info(
        self, agent_id: int | None = None, *, verify: bool | None = None
    ) -> Steps[StakeInfo]:
        """Get an agent's stake: `is_staked`, `can_claim_runs`.

        Args:
            verify: As in `runs.get`.
        """
        agent = self._agent(agent_id)
        if self._session.is_verified(verify):
            return (yield from verified_stake(self._session, agent))
        return (yield from stake_info(self._session, agent))

    @operation
    def can_claim_run(self, agent_id: int, run_id: int) -> Steps[Eligibility]:
        """Find out whether an agent may claim a run, and every reason against it."""
        path = f"/api/runs/{number('run_id', run_id)}/claim-eligibility"
        query = {"agentId": number("agent_id", agent_id)}
        return (yield from self._session.read(path, Eligibility, query))

    @operation
    def register(self, uri: str = "") -> Steps[Agent]:
        """Register a new agent, owned by the signer: by a transaction of its own, gasless or not.

        Args:
            uri: Of its registration file.

        Raises:
            InvalidInput: There is no node: the identity registry takes no signed requests.
        """
        if self._session.options.rpc_url is None:
            raise InvalidInput("rpc_url", None, _NO_REQUESTS)
        return (
            yield from self._session.send(
                lambda contracts, wallet: contracts.identity.register(wallet, uri),
                lambda mined: verified_agent(
                    self._session, mined.event.agent_id, mined.block_number
                ),
            )
        )

    @operation
    def stake(
        self,
        agent_id: int,
        amount: int | str,
        tx_hash: str | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Steps[StakeInfo]:
        """Stake USDC for an agent; nothing has to be approved before.

        The caller signs an EIP-3009 authorization over the amount, good for this agent alone,
        unless the node knows of an allowance.

        Args:
            amount: Base units: "20000000" is the minimum of 20 USDC.
            tx_hash: Where given, nothing is sent: that transaction is reported. Only a `Staked`
                event of StakeRegistry counts; a transfer of USDC is refused (400, NOT_STAKED).
            idempotency_key: As in `runs.create`: what comes again with it pays once.
        """
        agent, units = number("agent_id", agent_id), base_units(amount)
        key = write_key(idempotency_key)
        if tx_hash is not None:
            return (yield from self._report(agent, units, tx_hash, key))
        return (yield from stake(self._session, agent, units, key))

    @operation
    def unstake(self, agent_id: int, amount: int | str, to: str | None = None) -> Steps[StakeInfo]:
        """Take available stake out, at once; the same once more after an error is done once.

        Args:
            amount: Base units.
            to: Receiver; the signer where None.
        """
        agent, units = number("agent_id", agent_id), base_units(amount)
        return (yield from unstake(self._session, agent, units, to))

    @operation
    def list_markets(self, agent_id: int | None = None) -> Steps[AgentMarkets]:
        """List the markets, with what each may lock of an agent's stake."""
        return (yield from agent_markets(self._session, self._agent(agent_id)))

    @operation
    def allow_market(self, agent_id: int, market: str, cap: int | str) -> Steps[AgentMarkets]:
        """Let a market lock up to `cap` of an agent's stake at once, as the owner of its NFT.

        The markets that StakeRegistry was made with need no leave.

        Args:
            market: Address of the contract.
            cap: Base units; not below what it has locked, 0 takes the leave back.
        """
        agent, units = number("agent_id", agent_id), base_units(cap)
        return (yield from allow_market(self._session, agent, address("market", market), units))

    def _report(self, agent: int, units: int, tx_hash: str, key: WriteKey) -> Steps[StakeInfo]:
        payer = self._session.wallet().address
        try:
            body = StakeBody(amount=units, tx_hash=tx_hash, wallet_address=payer)
        except ValueError:
            raise InvalidInput("tx_hash", tx_hash, "0x and 64 hexadecimal digits") from None
        answer = yield from self._session.post(f"/api/agents/{agent}/stake", body, key.text)
        told = parsed(StakeAnswer, successful(answer)).agent
        if self._session.is_verified(None):
            return (yield from verified_stake(self._session, agent))
        return told

    def _agent(self, agent_id: int | None) -> int:
        return number("agent_id", self._session.agent(agent_id))


class Agents(_Operations, Blocking):
    """`AgentClient.agents`."""


class AsyncAgents(_Operations, Awaiting):
    """`AsyncAgentClient.agents`."""
