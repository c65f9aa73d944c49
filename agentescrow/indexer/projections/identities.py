"""Projections of the identity registry's events: owner, approvals, wallet, URI of an agent."""

from __future__ import annotations

from typing import Final

from agentescrow.chain import events
from agentescrow.chain.decode import checksummed
from agentescrow.chain.events import Event
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.errors import EventsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.registry import needs, projects
from agentescrow.indexer.storable_text import storable
from agentescrow.store.agents.tables import agents, operators
from agentescrow.store.changes import Changes, Row
from agentescrow.store.subjects import AGENT

_WALLET_KEY: Final = "agentWallet"
_COUNTS: Final = (
    "staked",
    "locked",
    "staked_at",
    "claims",
    "completions",
    "rejections",
    "strikes",
    "total_volume",
)

needs(AGENT, agents)


def change_agent(changes: Changes, agent_id: int, at: Entry) -> Row:
    """Return the row of an agent to be changed by an event.

    Raises:
        EventsMissing: The agent was never registered.
    """
    row = changes.change(agents, agent_id)
    if row is None:
        words = f"an event of agent {agent_id}, but no block before has its registration"
        raise EventsMissing(words, at.log.block_number)
    row["updated_block"] = at.log.block_number
    return row


@projects(events.Registered)
def registered(changes: Changes, event: events.Registered, at: Entry) -> None:
    """Set the URI, and not the owner: the receiver's code may already have sold the NFT."""
    change_agent(changes, event.agent_id, at)["uri"] = storable(event.agent_uri)


@projects(events.UriUpdated)
def uri_updated(changes: Changes, event: events.UriUpdated, at: Entry) -> None:
    """Set the URI of the registration file."""
    change_agent(changes, event.agent_id, at)["uri"] = storable(event.new_uri)


def _is_wallet(event: events.MetadataSet) -> bool:
    """Whether metadata is indexed: agents may store anything else, and some store much."""
    return event.metadata_key == _WALLET_KEY


def _repeats_mint(event: events.MetadataSet, before: Event | None) -> bool:
    """Whether a wallet is that of a registration, which is as old as the mint."""
    return isinstance(before, events.Registered) and event.agent_id == before.agent_id


@projects(events.MetadataSet, only=_is_wallet, unless=_repeats_mint)
def wallet_set(changes: Changes, event: events.MetadataSet, at: Entry) -> None:
    """Set the wallet as the registry reads it: the first 20 bytes, filled up with zeros."""
    wallet = checksummed("0x" + event.metadata_value[:20].ljust(20, b"\0").hex())
    change_agent(changes, event.agent_id, at)["wallet"] = _unless_zero(wallet)


@projects(events.AgentTransfer)
def transferred(changes: Changes, event: events.AgentTransfer, at: Entry) -> None:
    """Set the owner: a mint creates the agent, a sale clears approval and wallet."""
    if event.from_ == ZERO_ADDRESS:
        _create(changes, event.token_id, event.to, at)
        return
    row = change_agent(changes, event.token_id, at)
    row["owner"] = _unless_zero(event.to)  # None: burnt, so that the agent is unknown
    row["approved"] = None
    row["wallet"] = None


def _create(changes: Changes, agent_id: int, owner: str, at: Entry) -> None:
    """Create an agent, whose first owner is its wallet too."""
    identity = {"agent_id": agent_id, "owner": owner, "approved": None, "wallet": owner}
    counts = {**dict.fromkeys(_COUNTS, 0), "frozen": False}
    since = {"registered_at": at.time, "updated_block": at.log.block_number}
    changes.put(agents, {**identity, "uri": "", **counts, **since})


@projects(events.AgentApproval)
def approved(changes: Changes, event: events.AgentApproval, at: Entry) -> None:
    """Set the one account that may act besides the owner."""
    change_agent(changes, event.token_id, at)["approved"] = _unless_zero(event.approved)


@projects(events.AgentApprovalForAll)
def approved_for_all(changes: Changes, event: events.AgentApprovalForAll, _at: Entry) -> None:
    """Add or remove an operator of all agents of an owner."""
    if event.approved:
        changes.put(operators, {"owner": event.owner, "operator": event.operator})
    else:
        changes.remove(operators, event.owner, event.operator)


def _unless_zero(address: str) -> str | None:
    return None if address == ZERO_ADDRESS else address
