"""Balance sheet of the demo from USDC's own records: start, paid, received, end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from web3 import Web3

from agentescrow.chain.decode import decode_events
from agentescrow.chain.events import UsdcTransfer
from agentescrow.domain.constants import ZERO_ADDRESS
from demo.stage import Stage
from demo.wording import usdc


@dataclass(frozen=True)
class Account:
    """One line of the balance sheet, in base units.

    Attributes:
        name: Name of the owner; the address if unknown.
        start: Balance before the demo.
        paid: Sum of outgoing Transfer events.
        received: Sum of incoming Transfer events.
        end: Balance after the demo.
        is_known: Whether it belongs to an actor or a contract.
    """

    name: str
    start: int
    paid: int
    received: int
    end: int
    is_known: bool

    @property
    def change(self) -> int:
        """Difference between end and start."""
        return self.end - self.start


@dataclass(frozen=True)
class Sheet:
    """The balance sheet.

    Attributes:
        accounts: All accounts that hold or moved USDC.
        minted: Change of USDC's supply.
    """

    accounts: tuple[Account, ...]
    minted: int

    @property
    def moved(self) -> tuple[Account, ...]:
        """Accounts that paid or received."""
        return tuple(account for account in self.accounts if account.paid or account.received)

    def problems(self) -> Iterator[str]:
        """Describe what does not add up."""
        for account in self.accounts:
            if account.start - account.paid + account.received != account.end:
                should = account.start - account.paid + account.received
                yield f"{account.name} should hold {usdc(should)}, but holds {usdc(account.end)}"
            if not account.is_known:
                yield f"{account.name} moved USDC, but belongs to no actor"
        change = sum(account.change for account in self.accounts)
        if change != 0:
            yield f"the accounts together hold {usdc(change)} more than before"
        if self.minted != 0:
            yield f"the supply of USDC has changed by {usdc(self.minted)}"


class Ledger:
    """Records balances before the demo, and again when closed.

    Args:
        stage: Stage with all actors.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._w3 = stage.contracts.w3
        self._opened = self._w3.eth.block_number
        self._supply = stage.contracts.usdc.total_supply()
        self._start = self._balances()

    def close(self) -> Sheet:
        """Draw up the balance sheet."""
        paid, received = self._movements()
        names, end = self._names(), self._balances()
        strangers = sorted({*paid, *received} - names.keys() - {ZERO_ADDRESS})
        accounts = [
            Account(name, self._start[at], paid[at], received[at], end[at], is_known=True)
            for at, name in names.items()
        ]
        accounts += [self._stranger(at, paid[at], received[at]) for at in strangers]
        return Sheet(tuple(accounts), self._stage.contracts.usdc.total_supply() - self._supply)

    def _stranger(self, address: str, paid: int, received: int) -> Account:
        end = self._balance(address)
        return Account(address, end + paid - received, paid, received, end, is_known=False)

    def _names(self) -> dict[str, str]:
        contracts = self._stage.contracts
        names = {actor.address: actor.name for actor in self._stage.cast.everybody}
        return names | {vault.address: vault.kind for vault in contracts.vaults()}

    def _balances(self) -> dict[str, int]:
        return {address: self._balance(address) for address in self._names()}

    def _balance(self, address: str) -> int:
        return self._stage.contracts.usdc.balance_of(address)

    def _movements(self) -> tuple[Counter[str], Counter[str]]:
        contracts = self._stage.contracts
        logs = self._w3.eth.get_logs(
            {"address": contracts.usdc.address, "fromBlock": self._opened + 1}
        )
        paid: Counter[str] = Counter()
        received: Counter[str] = Counter()
        for event in decode_events(contracts.kinds, logs):
            if isinstance(event, UsdcTransfer):
                paid[Web3.to_checksum_address(event.from_)] += event.value
                received[Web3.to_checksum_address(event.to)] += event.value
        return paid, received
