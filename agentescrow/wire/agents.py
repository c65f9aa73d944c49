"""Agents, their stake and their reputation."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, WithJsonSchema

from agentescrow.wire.pagination import Pagination
from agentescrow.wire.relay import Action, Authorization, Permit
from agentescrow.wire.shape import Address, Amount, Bytes, SentAddress, Shape, Status, Time

Score = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100}),
]
"""0 to 100 with two decimals; a number in JSON."""


class Reputation(Shape):
    """What an agent's work has earned it (RUN-22).

    Attributes:
        score: 100 x (completions + 1) / (completions + rejections + strikes + 2).
        completions: Approved runs of at least 1 USDC.
        total_claimed: Runs ever claimed.
        total_volume: Rewards of its approved runs, base units.
    """

    score: Score
    completions: int
    total_claimed: int
    total_volume: Amount


class Agent(Shape):
    """An agent.

    Attributes:
        id: Number of its NFT.
        owner_address: Owner of the NFT.
        wallet_address: Where it is paid.
        status: Its place on the trust ladder.
        staked_amount: Base units, locked ones included.
        available_stake: Base units that back no open claim.
        locked_stake: Base units that back open claims.
        strikes: Slashes.
        reputation: What its work has earned it.
        agent_uri: URI of its registration file.
    """

    id: int
    owner_address: Address
    wallet_address: Address
    status: Status
    staked_amount: Amount
    available_stake: Amount
    locked_stake: Amount
    strikes: int
    reputation: Reputation
    agent_uri: str = Field(alias="agentURI")


class AgentPage(Shape):
    """A page of agents.

    Attributes:
        agents: The agents.
        pagination: Where the page is.
    """

    agents: list[Agent]
    pagination: Pagination


class StakeInfo(Shape):
    """An agent's stake.

    Attributes:
        agent_id: Number.
        is_staked: Whether the one-time stake is there.
        has_min_stake: The same.
        can_claim_runs: Whether it may claim a run that asks for no more than its status.
        status: Its place on the trust ladder.
        staked_amount: Base units, locked ones included.
        available_stake: Base units that back no open claim.
        locked_stake: Base units that back open claims.
        min_stake: The one-time stake, base units.
        staked_at: Since when the minimum is there, or null.
    """

    agent_id: int
    is_staked: bool
    has_min_stake: bool
    can_claim_runs: bool
    status: Status
    staked_amount: Amount
    available_stake: Amount
    locked_stake: Amount
    min_stake: Amount
    staked_at: Time | None


class MarketStanding(Shape):
    """What a market may lock of an agent's stake.

    Attributes:
        market: Address of the contract.
        retired: Whether it takes no claim any more.
        cap: Base units that the owner of the agent's NFT lets it lock; null where it needs no
            leave, as the markets that StakeRegistry was made with.
        locked: Base units that it has locked; null where it needs no leave.
    """

    market: Address
    retired: bool
    cap: Amount | None
    locked: Amount | None


class AgentMarkets(Shape):
    """The markets, and what each may lock of an agent's stake.

    Attributes:
        agent_id: Number.
        markets: By address.
    """

    agent_id: int
    markets: list[MarketStanding]


class AllowMarketBody(Action):
    """Leave for a market; of the owner of the agent's NFT.

    Attributes:
        market: Address of the contract.
        cap: Base units that it may lock at once; 0 takes the leave back.
    """

    market: SentAddress
    cap: Amount


class MarketsAnswer(Shape):
    """Leave that was given, and that is indexed.

    Attributes:
        success: True.
        agent: Its markets as they are now.
        message: The same for people.
    """

    success: Literal[True] = True
    agent: AgentMarkets
    message: str


class StakeBody(Action):
    """A deposit: reported, where `tx_hash` is there, else signed and relayed.

    Attributes:
        amount: Base units.
        tx_hash: The transaction that made it; the chain's own record decides.
        wallet_address: Who paid, or who signs.
        permit: Goes along in the same transaction where there is no allowance.
        authorization: Pays in the place of allowance and permit.
    """

    amount: Amount
    tx_hash: Annotated[Bytes, Field(min_length=66, max_length=66)] | None = None
    permit: Permit | None = None
    authorization: Authorization | None = None


class UnstakeBody(Action):
    """Stake that is taken out.

    Attributes:
        amount: Base units, of what no open claim has locked.
        to: Receiver; `walletAddress` where it is absent, and the owner if an operator signs.
    """

    amount: Amount
    to: SentAddress | None = None


class StakeAnswer(Shape):
    """Stake that was put in or taken out, and that is indexed.

    Attributes:
        success: True.
        agent: As it is now.
        message: The same for people.
    """

    success: Literal[True] = True
    agent: StakeInfo
    message: str
