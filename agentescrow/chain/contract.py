"""What all typed contracts have in common."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any, ClassVar, Self, TypeVar

from eth_typing import BlockNumber, ChecksumAddress
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import Web3
from web3.types import BlockIdentifier, TxParams

from agentescrow.chain.abis import abi_of
from agentescrow.chain.events import Event
from agentescrow.chain.fees import CALL_GAS_MAX
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.read_your_writes import OwnWrites
from agentescrow.chain.reverts import translated_errors
from agentescrow.chain.transactions import Mined, has_event, mined, simulate, transact
from agentescrow.chain.typed_data import Domain
from agentescrow.chain.wallet import Wallet

E = TypeVar("E", bound=Event)


class Contract:
    """A contract at an address. Subclasses add one method a function, with Python's types.

    Every call can raise `ContractReverted`, `NodeRefused` and `NodeUnreachable`; every write
    `InsufficientFunds` and `TransactionFailed` besides. A write is simulated first, so that a
    revert is reported in words and nothing is sent.
    """

    kind: ClassVar[str]
    """Name of its ABI."""

    gas_max: ClassVar[int] = CALL_GAS_MAX
    """Gas that a call of it takes at most."""

    def __init__(
        self,
        w3: Web3,
        address: str,
        kinds: Mapping[str, str] | None = None,
        own: OwnWrites | None = None,
    ) -> None:
        """Bind a contract.

        Args:
            address: Where it is.
            kinds: Names of all contracts whose events are to be read, by address in lower case.
            own: What the client writes, in this contract and in others; nothing yet where None.
        """
        self.w3 = w3
        self.own = own or OwnWrites(w3)
        self.address: ChecksumAddress = to_checksum_address(address)
        self._kinds = kinds or {address.lower(): self.kind}
        self._block: BlockIdentifier = "latest"
        self._contract = w3.eth.contract(address=self.address, abi=abi_of(self.kind))

    def as_of(self, block: int) -> Self:
        """The same contract, whose views are asked as of a block.

        Args:
            block: Its number; a node forgets old states.
        """
        then = copy(self)
        then._block = BlockNumber(block)
        return then

    def calldata(self, function: str, *args: object) -> HexBytes:
        """Encode a call.

        Args:
            function: Name, or signature where a name has several.
            args: Values, structs as tuples.
        """
        return HexBytes(self._contract.encode_abi(function, args))

    def dry_run(self, sender: str, function: str, *args: object) -> int:
        """Find out whether a call would work, and send nothing.

        Args:
            sender: Who would call.
            function: Name, or signature where a name has several.
            args: Values, structs as tuples.

        Returns:
            Gas.
        """
        data = self.calldata(function, *args)
        tx: TxParams = {"from": to_checksum_address(sender), "to": self.address, "data": data}
        return simulate(self.w3, tx, self.own)

    def eip712_domain(self) -> Domain:
        """What signatures for it are bound to; its names are what the contract says (ERC-5267)."""
        _, name, version, _, _, _, _ = self._read("eip712Domain")
        return self._domain(name, version)

    def _domain(self, name: str, version: str) -> Domain:
        """A domain of this contract on the record's chain, whatever chain the node speaks of."""
        chain_id = self.own.chain_id
        if chain_id is None:  # there is no record
            with translated_errors():
                chain_id = self.w3.eth.chain_id
        return Domain(name, version, chain_id, self.address)

    def _read(self, function: str, *args: object) -> Any:  # noqa: ANN401 - any ABI value
        asked = self._contract.functions[function](*args)
        # A contract must not send us to addresses of its choice (CCIP-Read).
        return self.own.read(
            lambda block: asked.call(block_identifier=block, ccip_read_enabled=False), self._block
        )

    def _write(
        self,
        wallet: Wallet,
        outcome: Outcome[E],
        function: str,
        *args: object,
    ) -> Mined[E]:
        return self._write_data(wallet, outcome, self.calldata(function, *args))

    def _write_data(self, wallet: Wallet, outcome: Outcome[E], data: HexBytes) -> Mined[E]:
        receipt = transact(
            self.w3,
            wallet,
            self.address,
            data,
            own=self.own,
            gas_max=self.gas_max,
            is_whole=lambda receipt: has_event(outcome, receipt, self._kinds),
        )
        return mined(outcome, receipt, self._kinds)
