"""What a transaction moved: everybody's USDC and what the contracts say that they owe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Books:
    """Balances and liabilities, compared to the unit."""

    def __init__(self, rpc, ledger, escrow, registry) -> None:
        """Know the contracts that owe."""
        self._rpc = rpc
        self._ledger = ledger
        self._escrow = escrow
        self._registry = registry
        views = (escrow.totalOwed, escrow.accruedFees, registry.totalOwed)
        self._questions = [(view.contract.address, bytes(view.encode_input())) for view in views]

    @contextmanager
    def moves(
        self, changes=None, *, owed: int = 0, fees: int = 0, staked: int = 0
    ) -> Iterator[None]:
        """Expect exactly these changes, in base units, and both contracts solvent (RUN-20).

        Args:
            changes: What each account gains (or, below zero, pays). The contracts follow from
                the rest.
            owed: By how much the escrow owes more, and so holds more.
            fees: By how much its accrued fees grow.
            staked: By how much the registry owes more, and so holds more.
        """
        held = {self._escrow: owed, self._registry: staked}
        expected = {**(changes or {}), **{who: change for who, change in held.items() if change}}
        before = self._liabilities()
        with self._ledger.moves(expected):
            yield
        after = self._liabilities()
        assert [b - a for a, b in zip(before, after, strict=True)] == [owed, fees, staked]
        balances = self._ledger.balances()
        assert balances[self._escrow.address] >= after[0] >= after[1]
        assert balances[self._registry.address] >= after[2]

    def _liabilities(self) -> list[int]:
        return self._rpc.call_all(self._questions)
