"""Agents: their stake, reputation and markets."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, WithJsonSchema

from agentescrow.domain.agent import AgentStatus
from agentescrow.wire.pagination import Pagination
from agentescrow.wire.relay import Authorization, CallBody, Permit
from agentescrow.wire.shape import (
    Address,
    Amount,
    Bytes,
    Column,
    SentAddress,
    Shape,
    Time,
    name_schema,
    name_serializer,
    name_validator,
)

Status = Annotated[
    AgentStatus, name_validator(AgentStatus), name_serializer(AgentStatus), name_schema(AgentStatus)
]
"""Status of an agent; its name in JSON."""

Score = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
"""0 to 100 with two decimals; a number in JSON."""


class Reputation(Shape):
    """Reputation of an agent (RUN-22).

    Attributes:
        score: 100 x (completions + 1) / (completions + rejections + strikes + 2).
        completions: Number of approved runs with a reward of at least 1 USDC.
        total_claimed: Number of claims, including abandoned ones.
        total_volume: Sum of the rewards of approved runs, in base units.
    """

    score: Score
    completions: int
    total_claimed: Annotated[int, Column("claims")]
    total_volume: Amount


class Agent(Shape):
    """An agent.

    Attributes:
        id: Number of the agent's NFT.
        owner_address: Owner of the NFT.
        wallet_address: Account that gets the agent's rewards.
        status: Status of the agent, which decides what it may claim.
        staked_amount: Base units, including locked stake.
        available_stake: Base units that no open claim locks.
        locked_stake: Base units that open claims lock.
        strikes: Number of slashes.
        reputation: Reputation of the agent.
        agent_uri: URI of the agent's registration file.
    """

    id: Annotated[int, Column("agent_id")]
    owner_address: Annotated[Address, Column("owner")]
    wallet_address: Address
    status: Status
    staked_amount: Annotated[Amount, Column("staked")]
    available_stake: Amount
    locked_stake: Annotated[Amount, Column("locked")]
    strikes: int
    reputation: Reputation
    agent_uri: Annotated[str, Column("uri")] = Field(alias="agentURI")


class AgentPage(Shape):
    """A page of agents.

    Attributes:
        agents: Agents of the page.
        pagination: Position of the page.
    """

    agents: list[Agent]
    pagination: Pagination


class StakeInfo(Shape):
    """Stake of an agent.

    Attributes:
        agent_id: Number of the agent.
        is_staked: Whether the minimum stake is deposited.
        has_min_stake: Same as `isStaked`.
        can_claim_runs: Whether the agent may claim runs that its status allows.
        status: Status of the agent.
        staked_amount: Base units, including locked stake.
        available_stake: Base units that no open claim locks.
        locked_stake: Base units that open claims lock.
        min_stake: Minimum stake, in base units.
        staked_at: Time since which the minimum stake is deposited, or null.
    """

    agent_id: int
    is_staked: Annotated[bool, Column("has_min_stake")]
    has_min_stake: bool
    can_claim_runs: bool
    status: Status
    staked_amount: Annotated[Amount, Column("staked")]
    available_stake: Annotated[Amount, Column("available")]
    locked_stake: Annotated[Amount, Column("locked")]
    min_stake: Amount
    staked_at: Time | None


class MarketStanding(Shape):
    """Limit on the stake of an agent that a market may lock.

    Attributes:
        market: Address of the market's contract.
        retired: Whether the market takes no more claims.
        cap: Base units that the owner of the agent's NFT allows it to lock; null for markets of
            StakeRegistry's constructor, which need no permission.
        locked: Base units that it has locked; null for markets that need no permission.
    """

    market: Address
    retired: bool
    cap: Amount | None
    locked: Amount | None


class AgentMarkets(Shape):
    """The markets, and what each may lock of an agent's stake.

    Attributes:
        agent_id: Number of the agent.
        markets: Markets, sorted by address.
    """

    agent_id: int
    markets: list[MarketStanding]


class AllowMarketBody(CallBody):
    """Permission for a market, given by the owner of the agent's NFT.

    Attributes:
        market: Address of the market's contract.
        cap: Base units that it may lock at a time; 0 withdraws the permission.
    """

    market: SentAddress
    cap: Amount


class MarketsAnswer(Shape):
    """Answer to a permission for a market that is mined and indexed.

    Attributes:
        success: True.
        agent: The agent's markets after the write.
        message: Description of the outcome, as text.
    """

    success: Literal[True] = True
    agent: AgentMarkets
    message: str


class StakeBody(CallBody):
    """Body of a deposit: with `tx_hash` a report of one, otherwise a request to relay.

    Attributes:
        amount: Base units to deposit, or that were deposited.
        tx_hash: Transaction of a deposit that was made on chain.
        permit: Signed allowance, used in the same transaction if there is no allowance.
        authorization: Signed payment, instead of an allowance or a permit.
    """

    amount: Amount
    tx_hash: Annotated[Bytes, Field(min_length=66, max_length=66)] | None = None
    permit: Permit | None = None
    authorization: Authorization | None = None


class UnstakeBody(CallBody):
    """Body of a withdrawal of stake.

    Attributes:
        amount: Base units to withdraw, of what no open claim locks.
        to: Account that gets the USDC; by default `walletAddress`.
    """

    amount: Amount
    to: SentAddress | None = None


class StakeAnswer(Shape):
    """Answer to a deposit or withdrawal that is mined and indexed.

    Attributes:
        success: True.
        agent: The agent's stake after the write.
        message: Description of the outcome, as text.
    """

    success: Literal[True] = True
    agent: StakeInfo
    message: str
