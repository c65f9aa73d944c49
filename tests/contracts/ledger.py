"""Who has how much USDC, read often and so past Ape."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Ledger:
    """The USDC of everybody who takes part in the tests."""

    def __init__(self, rpc, usdc, parties) -> None:
        """Know whom to watch.

        Args:
            rpc: A connection to the chain.
            usdc: The token.
            parties: Accounts and contracts.
        """
        self._rpc = rpc
        self._parties = [party.address for party in parties]
        self._questions = [
            (usdc.address, bytes(usdc.balanceOf.encode_input(party))) for party in self._parties
        ]

    def balances(self) -> dict[str, int]:
        """Read the balance of each party, in base units."""
        return dict(zip(self._parties, self._rpc.call_all(self._questions), strict=True))

    @contextmanager
    def moves(self, changes=None) -> Iterator[None]:
        """Expect exactly these changes of balances, and none of anybody else's.

        Args:
            changes: What each party gains (below zero: pays), in base units; none if nothing moves.
        """
        expected = {party.address: change for party, change in (changes or {}).items()}
        assert expected.keys() <= set(self._parties)
        before = self.balances()
        yield
        after = self.balances()
        assert {p: after[p] - before[p] for p in after if after[p] != before[p]} == expected
