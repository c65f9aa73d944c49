"""Who has how much USDC, read often and so past Ape: a tenth of the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Ledger:
    """The USDC of everybody who takes part in the tests."""

    def __init__(self, w3, usdc, parties) -> None:
        """Know whom to watch.

        Args:
            w3: A connection to the chain.
            usdc: The token.
            parties: Accounts and contracts.
        """
        self._request = w3.provider.make_request
        self._usdc = usdc.address
        self._parties = [party.address for party in parties]

    def balances(self) -> dict[str, int]:
        """Read the balance of each party, in base units."""
        return {party: self._balance(party) for party in self._parties}

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

    def _balance(self, party: str) -> int:
        data = "0x70a08231" + party[2:].lower().rjust(64, "0")  # balanceOf(address)
        answer = self._request("eth_call", [{"to": self._usdc, "data": data}, "latest"])
        return int(answer["result"], 16)
