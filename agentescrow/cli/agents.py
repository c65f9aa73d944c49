"""`agentescrow agents`: register agents, stake for them, allow markets; one SDK call each."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from agentescrow import AgentClient, parse_usdc
from agentescrow.cli.client_commands import OWNER, READ, Commands, group
from agentescrow.cli.options import AgentId, Cursor, Page, chosen_agent
from agentescrow.wire.agents import Agent, AgentMarkets, AgentPage, StakeInfo


def list_agents(
    client: AgentClient,
    page: Page = 1,
    limit: Annotated[int, typer.Option(help="Agents per page, at most 100.")] = 20,
    owner: Annotated[str | None, typer.Option(help="Owner of the agents' NFTs.")] = None,
    status: Annotated[str | None, typer.Option(help="Status, such as PROVISIONAL.")] = None,
    cursor: Cursor = None,
) -> AgentPage:
    """List agents."""
    return client.agents.list(page=page, limit=limit, owner=owner, status=status, cursor=cursor)


def show(client: AgentClient, agent_id: AgentId = None) -> Agent:
    """Show an agent and its reputation."""
    return client.agents.get(agent_id)


def stake_info(client: AgentClient, agent_id: AgentId = None) -> StakeInfo:
    """Show an agent's stake, and whether it may claim runs."""
    return client.agents.get_stake_info(agent_id)


def list_markets(client: AgentClient, agent_id: AgentId = None) -> AgentMarkets:
    """Show how much of an agent's stake each market may lock."""
    return client.agents.list_markets(agent_id)


def register(
    client: AgentClient,
    uri: Annotated[str, typer.Argument(help="URI of the agent's registration file.")] = "",
) -> Agent:
    """Register a new agent; your account owns its NFT."""
    return client.agents.register(uri)


def stake(
    client: AgentClient,
    amount: Annotated[str, typer.Argument(help="Amount in USDC.")] = "20",
    agent_id: AgentId = None,
) -> StakeInfo:
    """Stake USDC for an agent."""
    return client.agents.stake(chosen_agent(agent_id), parse_usdc(amount))


def unstake(
    client: AgentClient,
    amount: Annotated[str, typer.Argument(help="Amount in USDC.")],
    agent_id: AgentId = None,
    to: Annotated[str | None, typer.Option(help="Receiver; your account if omitted.")] = None,
) -> StakeInfo:
    """Withdraw stake that is not locked."""
    return client.agents.unstake(chosen_agent(agent_id), parse_usdc(amount), to)


def allow_market(
    client: AgentClient,
    market: Annotated[str, typer.Argument(help="Address of the market's contract.")],
    cap: Annotated[str, typer.Argument(help="Most it may lock, in USDC; 0 revokes.")],
    agent_id: AgentId = None,
) -> AgentMarkets:
    """Allow a market to lock an agent's stake up to a cap."""
    return client.agents.allow_market(chosen_agent(agent_id), market, parse_usdc(cap))


_COMMANDS: Final[Commands] = {
    READ: {
        "list": list_agents,
        "show": show,
        "stake-info": stake_info,
        "markets": list_markets,
    },
    OWNER: {
        "register": register,
        "stake": stake,
        "unstake": unstake,
        "allow-market": allow_market,
    },
}

app = group("Register agents, stake for them, and allow markets.", _COMMANDS)
