"""What a chain has to allow so that contracts can be placed on it, and web3.py's way of it."""

from __future__ import annotations

from typing import Any, Protocol

from eth_typing import ChecksumAddress, HexStr
from hexbytes import HexBytes
from web3 import Web3
from web3.types import RPCEndpoint, TxParams

from localnet.codec import checksum
from localnet.errors import LocalnetError

_GAS = 10_000_000
_ETHER = 10**18


class Host(Protocol):
    """A development chain: `Web3Host`, and both backends of `localnet.evm`."""

    def code_at(self, address: str) -> bytes:
        """Return the code at an address, empty where there is none."""
        ...

    def set_code(self, address: str, code: bytes) -> None:
        """Put runtime code at an address."""
        ...

    def set_storage(self, address: str, slot: int, value: int) -> None:
        """Write one storage slot."""
        ...

    def call(self, to: str, data: bytes) -> bytes:
        """Ask a contract without a transaction."""
        ...

    def execute(self, sender: str, to: str | None, data: bytes) -> str | None:
        """Send a transaction in anybody's name, without the key.

        Args:
            sender: Who sends it.
            to: The contract, or None to create one.

        Returns:
            The address of the contract that was created, or None.
        """
        ...


class Web3Host:
    """An Anvil behind web3.py; a fork of a public chain too."""

    def __init__(self, w3: Web3) -> None:
        """Use an open connection.

        Args:
            w3: A connection to Anvil.
        """
        self._w3 = w3

    def code_at(self, address: str) -> bytes:
        """Return the code at an address, empty where there is none."""
        return bytes(self._w3.eth.get_code(_address(address)))

    def set_code(self, address: str, code: bytes) -> None:
        """Put runtime code at an address."""
        self._rpc("anvil_setCode", address, "0x" + code.hex())

    def set_storage(self, address: str, slot: int, value: int) -> None:
        """Write one storage slot."""
        self._rpc("anvil_setStorageAt", address, f"0x{slot:064x}", f"0x{value:064x}")

    def call(self, to: str, data: bytes) -> bytes:
        """Ask a contract without a transaction."""
        return bytes(self._w3.eth.call({"to": _address(to), "data": HexStr("0x" + data.hex())}))

    def execute(self, sender: str, to: str | None, data: bytes) -> str | None:
        """Send a transaction in anybody's name, without the key, and mine it.

        Raises:
            LocalnetError: It reverted.
        """
        self._rpc("anvil_impersonateAccount", sender)
        if self._w3.eth.get_balance(_address(sender)) < _ETHER:
            self._rpc("anvil_setBalance", sender, hex(_ETHER))
        transaction: TxParams = {
            "from": _address(sender),
            "data": HexStr("0x" + data.hex()),
            "gas": _GAS,
        }
        if to is not None:
            transaction["to"] = _address(to)
        try:
            sent = self._w3.eth.send_transaction(transaction)
        finally:
            self._rpc("anvil_stopImpersonatingAccount", sender)
        return self._mined(sent)

    def _mined(self, sent: HexBytes) -> str | None:
        if not self._rpc("anvil_getAutomine"):
            self._rpc("evm_mine")
        receipt = self._w3.eth.wait_for_transaction_receipt(sent, timeout=600, poll_latency=0.01)
        if receipt["status"] != 1:
            raise LocalnetError(
                f"a transaction from {receipt['from']} to {receipt.get('to')} reverted"
            )
        return receipt.get("contractAddress")

    def _rpc(self, method: str, *params: Any) -> Any:  # noqa: ANN401 - JSON
        answer = self._w3.provider.make_request(RPCEndpoint(method), params)
        if "error" in answer:
            raise LocalnetError(f"{method}: {answer['error']}")
        return answer.get("result")


def as_host(chain: Web3 | Host) -> Host:
    """Accept a web3.py connection wherever a host is wanted."""
    return Web3Host(chain) if isinstance(chain, Web3) else chain


def _address(text: str) -> ChecksumAddress:
    return ChecksumAddress(checksum(text))  # type: ignore[arg-type]
