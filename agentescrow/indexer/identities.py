"""What each event of the identity registry means for rows: owner, approvals, wallet, URI."""

from __future__ import annotations

from typing import Final

from agentescrow.chain import events as said
from agentescrow.chain.decode import checksummed
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.text import storable
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
    """The row of an agent, to be changed; made where there is none yet.

    Args:
        changes: Of the transaction.
        agent_id: Agent.
        at: The event that changes it.
    """
    row = changes.change(agents, agent_id)
    if row is None:
        identity = dict.fromkeys(("owner", "approved", "wallet"))
        empty = {"agent_id": agent_id, **identity, "uri": "", "registered_at": at.time}
        counts = {**dict.fromkeys(_COUNTS, 0), "frozen": False}
        row = changes.put(agents, {**empty, **counts, "updated_block": at.log.block_number})
    row["updated_block"] = at.log.block_number
    return row


def registered(changes: Changes, event: said.Registered, at: Entry) -> None:
    """A new agent; the NFT follows as a transfer from nobody."""
    row = agent(changes, event.agent_id, at)
    row["owner"] = event.owner
    row["uri"] = storable(event.agent_uri)
    row["registered_at"] = at.time


def uri_updated(changes: Changes, event: said.UriUpdated, at: Entry) -> None:
    """The registration file moved."""
    agent(changes, event.agent_id, at)["uri"] = storable(event.new_uri)


def metadata_set(changes: Changes, event: said.MetadataSet, at: Entry) -> None:
    """Of all metadata, the wallet counts."""
    if event.metadata_key == _WALLET_KEY:
        # As the registry itself reads it: the first 20 bytes, zeros where there are fewer.
        wallet = checksummed("0x" + event.metadata_value[:20].ljust(20, b"\0").hex())
        agent(changes, event.agent_id, at)["wallet"] = _unless_zero(wallet)


def transferred(changes: Changes, event: said.AgentTransfer, at: Entry) -> None:
    """A sale clears approval and wallet; where the NFT is burnt, there is no agent any more."""
    row = agent(changes, event.token_id, at)
    row["owner"] = _unless_zero(event.to)
    row["approved"] = None
    if event.from_ != ZERO_ADDRESS:
        row["wallet"] = None


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
