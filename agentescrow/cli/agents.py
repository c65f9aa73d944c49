"""The verbs of agents; each is one call of the SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from agentescrow import AgentClient, parse_usdc
from agentescrow.cli.client_commands import AGENT, READ
from agentescrow.errors import InvalidInput
from agentescrow.settings import ClientSettings, read
from agentescrow.wire.agents import Agent, AgentMarkets, AgentPage, StakeInfo
from agentescrow.wire.eligibility import Eligibility
from agentescrow.wire.shape import Shape
from agentescrow.wire.stats import Stats

AgentId = Annotated[int | None, typer.Option(help="Number of the agent [AGENT_ID].")]


def register(
    client: AgentClient, uri: Annotated[str, typer.Argument(help="Of its registration file.")] = ""
) -> Agent:
    """Register a new agent."""
    return client.agents.register(uri)


def list_agents(
    client: AgentClient,
    page: Annotated[int, typer.Option(help="Number of the page.")] = 1,
    limit: Annotated[int, typer.Option(help="Agents a page, at most 100.")] = 20,
    owner: Annotated[str | None, typer.Option(help="Owner of their NFTs.")] = None,
    status: Annotated[str | None, typer.Option(help="PROVISIONAL and so on.")] = None,
    cursor: Annotated[
        str | None, typer.Option(help="nextCursor of the page before, in place of a page.")
    ] = None,
) -> AgentPage:
    """List agents."""
    return client.agents.list(page=page, limit=limit, owner=owner, status=status, cursor=cursor)


def agent(client: AgentClient, agent_id: AgentId = None) -> Agent:
    """Show an agent with its reputation."""
    return client.agents.get(agent_id)


def stake(
    client: AgentClient,
    amount: Annotated[str, typer.Argument(help="In USDC.")] = "20",
    agent_id: AgentId = None,
) -> StakeInfo:
    """Stake for an agent."""
    return client.agents.stake(_chosen(agent_id), parse_usdc(amount))


def unstake(
    client: AgentClient,
    amount: Annotated[str, typer.Argument(help="In USDC.")],
    agent_id: AgentId = None,
    to: Annotated[str | None, typer.Option(help="Receiver.")] = None,
) -> StakeInfo:
    """Take available stake out."""
    return client.agents.unstake(_chosen(agent_id), parse_usdc(amount), to)


def stake_info(client: AgentClient, agent_id: AgentId = None) -> StakeInfo:
    """Show an agent's stake."""
    return client.agents.get_stake_info(agent_id)


def list_markets(client: AgentClient, agent_id: AgentId = None) -> AgentMarkets:
    """Show what markets may lock of an agent's stake."""
    return client.agents.list_markets(agent_id)


def allow_market(
    client: AgentClient,
    market: Annotated[str, typer.Argument(help="Address of the contract.")],
    cap: Annotated[str, typer.Argument(help="In USDC; 0 takes the leave back.")],
    agent_id: AgentId = None,
) -> AgentMarkets:
    """Let a market lock stake of an agent."""
    return client.agents.allow_market(_chosen(agent_id), market, parse_usdc(cap))


def can_claim(
    client: AgentClient,
    run_id: Annotated[int, typer.Argument(help="Number of the run.")],
    agent_id: AgentId = None,
) -> Eligibility:
    """Find out whether an agent may claim a run."""
    return client.agents.can_claim_run(_chosen(agent_id), run_id)


def stats(client: AgentClient) -> Stats:
    """Show the market in numbers."""
    return client.stats()


def _chosen(agent_id: int | None) -> int:
    chosen = read(ClientSettings).agent_id if agent_id is None else agent_id
    if chosen is None:
        raise InvalidInput("agent_id", None, "the number of an agent: --agent-id or AGENT_ID")
    return chosen


VERBS: Final[dict[str, dict[str, Callable[..., Shape]]]] = {
    READ: {
        "agents": list_agents,
        "agent": agent,
        "stake-info": stake_info,
        "markets": list_markets,
        "can-claim": can_claim,
        "stats": stats,
    },
    AGENT: {
        "register": register,
        "stake": stake,
        "unstake": unstake,
        "allow-market": allow_market,
    },
}
"""Commands by heading and name, in the order of `--help`."""
