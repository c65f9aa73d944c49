"""Checks of agents: numbers without gaps, registrations, and each agent as its views tell it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import AgentTransfer, Registered
from agentescrow.chain.reader import Call
from agentescrow.domain.agent import Agent
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.errors import EventsMissing
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.comparison import (
    Expected,
    Step,
    compares_rows,
    pages,
    read_address,
    read_struct,
    read_text,
)
from agentescrow.indexer.completeness import Check, checks_completeness, require_next
from agentescrow.store.agents.queries import agent_of, agents_after, last_agent
from agentescrow.store.database import Connection
from agentescrow.store.schema import AnyRow

_STAKE_TYPES: Final = (*("uint256",) * 7, "bool")


@checks_completeness
class AgentsComplete(Check):
    """Agents are minted one after the other (API-6), and each is registered after its mint.

    The mint comes before everything that the receiver's code does while it receives the NFT,
    further mints included; the registration comes after that.
    """

    kinds = (AgentTransfer, Registered)

    def __init__(self, connection: Connection) -> None:
        self._last = last_agent(connection)
        self._unregistered: dict[int, int] = {}

    def see(self, entry: Entry) -> None:
        """Make sure that a mint follows the one before it, and note it until it is registered."""
        event, block = entry.log.event, entry.log.block_number
        if isinstance(event, Registered):
            self._unregistered.pop(event.agent_id, None)
        elif isinstance(event, AgentTransfer) and event.from_ == ZERO_ADDRESS:
            self._last = require_next("agent", event.token_id, self._last, block)
            self._unregistered[event.token_id] = block

    def end(self) -> None:
        """Make sure that each mint was followed by its registration."""
        for agent_id, block in self._unregistered.items():
            raise EventsMissing(f"the NFT of agent {agent_id}, but not its registration", block)


@compares_rows
def compare_agents(contracts: Contracts) -> Iterator[Step]:
    """Compare stake, owner, approval, wallet and URI of all agents."""
    identity, registry = contracts.identity, contracts.registry

    def expected(row: AnyRow) -> list[Expected]:
        number = row.agent_id

        def of_identity(
            function: str, read: Callable[[bytes | None], object], indexed: object
        ) -> Expected:
            call = Call(identity.address, identity.calldata(function, number))
            return Expected(f"{function} of agent {number}", call, read, indexed)

        stake = Call(registry.address, registry.calldata("getAgent", number))
        found = [
            Expected(f"stake of agent {number}", stake, _read_stake, agent_of(row)),
            of_identity("ownerOf", read_address, row.owner),
        ]
        if row.owner is not None:
            found += [
                of_identity("getApproved", read_address, row.approved),
                of_identity("getAgentWallet", read_address, row.wallet),
                of_identity("tokenURI", read_text, row.uri),
            ]
        return found

    return pages(agents_after, "agent_id", expected, before=-1)


def _read_stake(answer: bytes | None) -> Agent | None:
    return None if answer is None else Agent(*read_struct(_STAKE_TYPES, answer))
