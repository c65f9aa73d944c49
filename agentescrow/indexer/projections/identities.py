"""What each event of the identity registry means for rows: owner, approvals, wallet, URI."""

from __future__ import annotations

from typing import Final

from agentescrow.chain import events as said
from agentescrow.chain.decode import checksummed
from agentescrow.chain.events import Event
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.errors import EventsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.storable_text import storable
from agentescrow.store.changes import Changes, Row
from agentescrow.store.tables import agents, operators

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


def agent(changes: Changes, agent_id: int, at: Entry) -> Row:
    """The row of an agent, to be changed.

    Args:
        changes: Of the transaction.
        agent_id: Agent.
        at: The event that changes it.

    Raises:
        EventsMissing: It was never registered.
    """
    row = changes.change(agents, agent_id)
    if row is None:
        words = f"an event of agent {agent_id}, but no block before has its registration"
        raise EventsMissing(words, at.log.block_number)
    row["updated_block"] = at.log.block_number
    return row


def registered(changes: Changes, event: said.Registered, at: Entry) -> None:
    """What the registry says after the mint, and after all that its receiver has done at once.

    So it tells nothing of the owner, who may be another one by now.
    """
    agent(changes, event.agent_id, at)["uri"] = storable(event.agent_uri)


def uri_updated(changes: Changes, event: said.UriUpdated, at: Entry) -> None:
    """The registration file moved."""
    agent(changes, event.agent_id, at)["uri"] = storable(event.new_uri)


def is_of_registration(event: Event, before: Event | None) -> bool:
    """Whether an event says the wallet of a registration once more, which is as old as the mint.

    Args:
        event: Of any kind.
        before: The one that was said just before it.
    """
    return (
        isinstance(event, said.MetadataSet)
        and isinstance(before, said.Registered)
        and event.agent_id == before.agent_id
    )


def metadata_set(changes: Changes, event: said.MetadataSet, at: Entry) -> None:
    """Of all metadata, the wallet counts."""
    if event.metadata_key == _WALLET_KEY:
        # As the registry itself reads it: the first 20 bytes, zeros where there are fewer.
        wallet = checksummed("0x" + event.metadata_value[:20].ljust(20, b"\0").hex())
        agent(changes, event.agent_id, at)["wallet"] = _unless_zero(wallet)


def transferred(changes: Changes, event: said.AgentTransfer, at: Entry) -> None:
    """The owner. The mint begins the agent; a sale clears approval and wallet.

    Where the NFT is burnt, there is no agent any more.
    """
    if event.from_ == ZERO_ADDRESS:
        _begin(changes, event.token_id, event.to, at)
        return
    row = agent(changes, event.token_id, at)
    row["owner"] = _unless_zero(event.to)
    row["approved"] = None
    row["wallet"] = None


def _begin(changes: Changes, agent_id: int, owner: str, at: Entry) -> None:
    """A new agent: whoever registers it is its owner and its wallet."""
    identity = {"agent_id": agent_id, "owner": owner, "approved": None, "wallet": owner}
    counts = {**dict.fromkeys(_COUNTS, 0), "frozen": False}
    since = {"registered_at": at.time, "updated_block": at.log.block_number}
    changes.put(agents, {**identity, "uri": "", **counts, **since})


def approved(changes: Changes, event: said.AgentApproval, at: Entry) -> None:
    """One account besides the owner."""
    agent(changes, event.token_id, at)["approved"] = _unless_zero(event.approved)


def approved_for_all(changes: Changes, event: said.AgentApprovalForAll, _at: Entry) -> None:
    """An operator of all agents of an owner."""
    if event.approved:
        changes.put(operators, {"owner": event.owner, "operator": event.operator})
    else:
        changes.remove(operators, event.owner, event.operator)


def _unless_zero(address: str) -> str | None:
    return None if address == ZERO_ADDRESS else address
