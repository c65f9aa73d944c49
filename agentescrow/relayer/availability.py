"""Whether the relayer can do anything now, for whom, and what it says of itself.

Asked before anybody signs anything, and by who watches the relayer. It asks no node.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from agentescrow.errors import RelayerUnavailable
from agentescrow.relayer.budget import Budget, Purse
from agentescrow.relayer.lanes import Lane, lane_of
from agentescrow.relayer.limits import RelayLimits
from agentescrow.store.database import Connection, Engine
from agentescrow.store.people.relayer_state import RelayerState, relayer_state
from agentescrow.store.people.relays import Queue, queue
from agentescrow.store.stakeholders import has_money_at_risk

USUAL_GAS: Final = 300_000
"""Gas of a transaction, about, whose call is not signed yet."""

SILENCE_MAX: Final = 60
"""Seconds after which a relayer that says nothing is not at work."""

_LATER_SECONDS: Final = 30
_DAY: Final = 86_400
_NOBODY: Final = "nobody relays here"


@dataclass(frozen=True, slots=True)
class Relaying:
    """What there is to say of the relayer.

    Args:
        problem: Why nothing is relayed now, or None.
        state: What it said last, or None where nobody relays.
        budget: What the owner allows.
        left: Gwei that each lane may still use.
        queue: What waits, and what came of the rest.
    """

    problem: str | None
    state: RelayerState | None
    budget: Budget
    left: dict[Lane, int]
    queue: Queue


class Availability:
    """Knows the relayer by what it wrote into the database."""

    def __init__(
        self,
        database: Engine,
        chain_id: int,
        limits: RelayLimits,
        clock: Callable[[], float] | None = None,
    ) -> None:
        """Bind it.

        Args:
            database: Where the relayer reports.
            chain_id: Whose default budgets and fees count.
            limits: What is accepted.
            clock: Unix seconds; this machine's where None.
        """
        self._database = database
        self._budget = limits.budget_on(chain_id)
        self._limits = limits
        self._chain_id = chain_id
        self._clock = clock or time.time

    def require_at_work(self) -> None:
        """Make sure that there is a relayer.

        Raises:
            RelayerUnavailable: Nobody relays.
        """
        with self._database.connect() as connection:
            self._at_work(connection)

    def require(
        self, contract: str, functions: Iterable[str], signer: str, base_fee: int, tip: int
    ) -> None:
        """Make sure that a call can be relayed, if somebody signs it.

        Args:
            contract: "RunEscrow" or "StakeRegistry".
            functions: That are called.
            signer: Who would sign, in checksum case.
            base_fee: Wei a gas.
            tip: Wei a gas.

        Raises:
            RelayerUnavailable: Nobody relays, or there is no ETH or no budget for it.
            TooManyRequests: The signer has had its part.
            RequestRefused: It is not relayed for this signer.
        """
        cost = self._limits.cost(USUAL_GAS, base_fee, tip, self._chain_id)
        with self._database.connect() as connection:
            purse = self.purse(connection)
            lane = self.lane(connection, contract, functions, signer)
            purse.require(lane, signer, cost)

    def lane(
        self, connection: Connection, contract: str, functions: Iterable[str], signer: str
    ) -> Lane:
        """The lane of a signer's call.

        Raises:
            RequestRefused: It is not relayed for this signer.
        """
        known = has_money_at_risk(connection, signer)
        return lane_of(contract, functions, is_known=known, drafts=self._limits.drafts)

    def purse(self, connection: Connection) -> Purse:
        """The money that there is; before any relayer has told, what it may spend a day.

        Raises:
            RelayerUnavailable: The relayer that was there is not at work.
        """
        told = relayer_state(connection)
        balance = self._budget.day if told is None else self._at_work(connection).balance
        return Purse(connection, self._budget, balance, int(self._clock()))

    def describe(self) -> Relaying:
        """What there is to say of the relayer; nothing is asked of a node."""
        with self._database.connect() as connection:
            state = relayer_state(connection)
            balance = 0 if state is None else state.balance
            purse = Purse(connection, self._budget, balance, int(self._clock()))
            waiting = queue(connection, since=int(self._clock()) - _DAY)
        left = {lane: purse.left(lane) for lane in Lane}
        problem = self._problem(state)
        if problem is None and not left[Lane.BOUND]:
            problem = "the relayer's ETH, or what it may spend, is used up"
        return Relaying(problem, state, self._budget, left, waiting)

    def _at_work(self, connection: Connection) -> RelayerState:
        state = relayer_state(connection)
        problem = self._problem(state)
        if state is None or problem is not None:
            raise RelayerUnavailable(problem or _NOBODY, _LATER_SECONDS)
        return state

    def _problem(self, state: RelayerState | None) -> str | None:
        if state is None:
            return _NOBODY
        if state.problem is not None:
            return state.problem
        if self._clock() - state.seen_at > SILENCE_MAX:
            return f"the relayer {state.account} is not at work"
        return None
