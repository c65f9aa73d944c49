"""A chain under test and the contracts on it: what `localnet.evm`'s two backends have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import rlp
from eth_utils.crypto import keccak

from artifacts import Artifact
from localnet.codec import Abi, Event, checksum, plain

NOBODY = "0x" + "00" * 20


def created_address(sender: str, nonce: int) -> str:
    """Tell where an account's contract will be.

    Args:
        nonce: With which nonce.
    """
    return checksum("0x" + keccak(rlp.encode([bytes.fromhex(sender[2:]), nonce]))[12:].hex())


@dataclass(frozen=True)
class Receipt:
    """What a transaction did.

    Attributes:
        timestamp: The unix time at which it ran.
        events: What was emitted by contracts that the chain knows.
        gas_used: Gas, or None in `Revm`, where warm and cold accesses are not told apart.
    """

    timestamp: int
    events: tuple[Event, ...]
    gas_used: int | None

    def named(self, event: str) -> list[Event]:
        """Pick the events of one name."""
        return [e for e in self.events if e.name == event]


class Contract:
    """A contract on a chain."""

    def __init__(self, chain: Chain, address: str, abi: Abi) -> None:
        """Use `Chain.deploy` or `Chain.at`."""
        self.chain = chain
        self.address = address
        self.abi = abi

    def calldata(self, function: str, *args: Any) -> bytes:  # noqa: ANN401 - any ABI value
        """Encode a call of a function, named alone or with its signature."""
        return self.abi.call(function, args)

    def send(self, sender: Any, function: str, *args: Any) -> Receipt:  # noqa: ANN401 - any ABI value
        """Send a transaction.

        Args:
            sender: An address, or anything with one.
            function: The name, or the signature where a name has several with as many arguments.
            args: The arguments; anything with an address stands for it.

        Raises:
            Reverted: The contract refused.
        """
        return self.chain.transact(plain([sender])[0], self.address, self.calldata(function, *args))

    def view(self, function: str, *args: Any, sender: Any = NOBODY) -> Any:  # noqa: ANN401 - any ABI value
        """Ask without a transaction, at the time of the last one.

        Raises:
            Reverted: The contract refused.
        """
        data = self.chain.call(
            self.address, self.calldata(function, *args), sender=plain([sender])[0]
        )
        return self.abi.result(function, len(args), data)


class Chain(ABC):
    """What both backends have in common. Each is a `localnet.host.Host` as well."""

    step = 2
    """Seconds between two transactions: Base's block time."""

    def __init__(self) -> None:
        """Know no contract yet."""
        self.now = 0
        """The time of the last transaction, unix."""
        self.next_timestamp: int | None = None
        """The time of the next transaction, where it is to be a certain one; not before `now`."""
        self._abis: dict[str, Abi] = {}
        self._errors: dict[bytes, Any] = {}

    def deploy(self, artifact: Artifact, *args: Any, sender: Any) -> Contract:  # noqa: ANN401 - any ABI value
        """Create a contract.

        Args:
            artifact: What to create.
            args: The constructor's arguments.
            sender: Who creates it.

        Raises:
            Reverted: The constructor refused.
        """
        code = self._learn(artifact).created(artifact.bytecode, args)
        return self.at(str(self.execute(plain([sender])[0], None, code)), artifact)

    def at(self, address: str, artifact: Artifact) -> Contract:
        """Speak to a contract that is there already."""
        abi = self._learn(artifact)
        self._abis[address.lower()] = abi
        return Contract(self, checksum(address), abi)

    def warp(self, seconds: int) -> None:
        """Let time pass."""
        self.warp_to(self.now + seconds)

    @abstractmethod
    def transact(self, sender: str, to: str, data: bytes, *, value: int = 0) -> Receipt:
        """Send a transaction in anybody's name.

        Args:
            value: Wei that go with it; the sender is given them first.

        Raises:
            Reverted: The contract refused.
        """

    @abstractmethod
    def call(self, to: str, data: bytes, sender: str = NOBODY) -> bytes:
        """Ask a contract without a transaction."""

    @abstractmethod
    def execute(self, sender: str, to: str | None, data: bytes) -> str | None:
        """Send a transaction, or create a contract where `to` is None; return its address."""

    @abstractmethod
    def warp_to(self, timestamp: int) -> None:
        """Let time pass until a moment."""

    @abstractmethod
    def nonce(self, account: str) -> int:
        """Count an account's transactions."""

    @abstractmethod
    def code_at(self, address: str) -> bytes:
        """Return the code at an address, empty where there is none."""

    @abstractmethod
    def set_code(self, address: str, code: bytes) -> None:
        """Put runtime code at an address."""

    @abstractmethod
    def set_storage(self, address: str, slot: int, value: int) -> None:
        """Write one storage slot."""

    @abstractmethod
    def snapshot(self) -> Any:  # noqa: ANN401 - each backend's own
        """Remember the state; for one `revert`."""

    @abstractmethod
    def revert(self, snapshot: Any) -> None:  # noqa: ANN401 - each backend's own
        """Go back to a remembered state."""

    @abstractmethod
    def __enter__(self) -> Self:
        """Take the chain into use."""

    @abstractmethod
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the chain as it was."""

    def _learn(self, artifact: Artifact) -> Abi:
        abi = Abi(artifact.abi)
        self._errors |= abi.errors
        return abi

    def _take_time(self) -> int:
        timestamp = self.now + self.step if self.next_timestamp is None else self.next_timestamp
        if timestamp < self.now:
            raise ValueError(
                f"the next transaction cannot run at {timestamp}: it is {self.now} already"
            )
        self.next_timestamp = None
        return timestamp

    def _decoded(self, logs: Sequence[tuple[str, Sequence[bytes], bytes]]) -> tuple[Event, ...]:
        known = (
            (self._abis.get(address.lower()), address, topics, data)
            for address, topics, data in logs
        )
        events = (abi.event(address, topics, data) for abi, address, topics, data in known if abi)
        return tuple(event for event in events if event)
