"""What is spent on gas for all signers together, and how much of it each lane may use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from agentescrow.errors import RelayerUnavailable, TooManyRequests
from agentescrow.relayer.lanes import SHARES, Lane
from agentescrow.store.database import Connection
from agentescrow.store.people.relay_costs import costs_of, costs_since, costs_under_way

GWEI: Final = 10**9
_HOUR: Final = 3_600
_DAY: Final = 86_400
_SIGNERS_PERCENT: Final = 10
_LATER_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be spent at most.

    Args:
        hour: Gwei within any hour.
        day: Gwei within any day.
    """

    hour: int
    day: int


@dataclass(slots=True)
class Window:
    """What was accepted within a while.

    Args:
        name: "an hour" or "a day".
        limit: Gwei.
        since: Unix second at which it begins.
        spent: Gwei by lane.
        by_signer: Gwei, of the signers that were looked up.
    """

    name: str
    limit: int
    since: int
    spent: Counter[int]
    by_signer: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Gwei of all lanes."""
        return self.spent.total()

    def of_lane(self, lane: Lane) -> int:
        """Gwei of a lane and those after it."""
        return sum(cost for each, cost in self.spent.items() if each >= lane)


class Purse:
    """The relayer's money at one moment, and what is taken out of it.

    No budget is greater than what there is of it: what was spent, and what the account still holds.
    So strangers leave the same part of a poor account to others as of a rich one.
    """

    def __init__(self, connection: Connection, budget: Budget, balance: int, now: int) -> None:
        """Look it up.

        Args:
            connection: The database, in the transaction that takes.
            budget: What the owner allows.
            balance: Gwei that the account holds.
            now: Unix seconds.
        """
        self._connection = connection
        self.free = balance - costs_under_way(connection)
        self.windows = [
            Window(name, limit, now - length, Counter(costs_since(connection, now - length)))
            for name, length, limit in (
                ("an hour", _HOUR, budget.hour),
                ("a day", _DAY, budget.day),
            )
        ]

    def left(self, lane: Lane) -> int:
        """Gwei that a lane may still use.

        Args:
            lane: Which.
        """
        return max(min(self._left(window, lane) for window in self.windows), 0)

    def take(self, lane: Lane, signer: str, cost: int) -> None:
        """Take out what a call costs.

        Args:
            lane: Of the call.
            signer: Who asks for it.
            cost: Gwei, at most.

        Raises:
            RelayerUnavailable: There is not so much for this lane.
            TooManyRequests: The signer has had its part.
        """
        self.require(lane, signer, cost)
        self.free -= cost
        for window in self.windows:
            window.spent[lane] += cost
            window.by_signer[signer] += cost

    def require(self, lane: Lane, signer: str, cost: int) -> None:
        """The same, and take nothing out."""
        if cost > self.free:
            raise RelayerUnavailable("the relayer's account holds too little ETH", _LATER_SECONDS)
        for window in self.windows:
            if cost > self._left(window, lane):
                words = f"what the relayer may spend within {window.name} is used up"
                if lane is not Lane.BOUND:
                    words += ", but for those who have more at stake"
                raise RelayerUnavailable(words, _LATER_SECONDS)
            self._require_signers_part(window, lane, signer, cost)

    def _left(self, window: Window, lane: Lane) -> int:
        most = self._most(window)
        return min(most - window.total, most * SHARES[lane] // 100 - window.of_lane(lane))

    def _most(self, window: Window) -> int:
        return min(window.limit, window.total + max(self.free, 0))

    def _require_signers_part(self, window: Window, lane: Lane, signer: str, cost: int) -> None:
        """One signer leaves something to the others; who is bound by a claim is not held up."""
        if signer not in window.by_signer:
            window.by_signer[signer] = costs_of(self._connection, signer, window.since)
        spent = window.by_signer[signer]
        part = self._most(window) * SHARES[lane] * _SIGNERS_PERCENT // 10_000
        if lane is not Lane.BOUND and spent and spent + cost > part:
            raise TooManyRequests(
                f"{signer} has had its part of what the relayer spends within {window.name}",
                retry_after=_LATER_SECONDS,
            )
