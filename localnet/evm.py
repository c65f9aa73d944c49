"""Two fast ways to run the compiled contracts, behind one interface.

Ape needs 35 ms for a transaction and 85 ms for a revert, which is fine for unit tests and too slow
for thousands of Hypothesis steps. `AnvilFast` speaks bare JSON-RPC to an Anvil (2 ms), `Revm` runs
in this process (0.05 ms).

    with Revm() as chain:
        usdc.place(chain)
        escrow = chain.deploy(ours("RunEscrow"), …, sender=owner)
        chain.next_timestamp = deadline
        receipt = escrow.send(poster, "cancelRun", run_id)   # or raises Reverted

Every transaction has a block of its own: `step` seconds after the one before, or at
`next_timestamp` where that is set. Transactions are sent in anybody's name and cost no ether.
"""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Sequence
from contextlib import closing
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlparse

from pyrevm import EVM, AccountInfo, BlockEnv, CfgEnv, Env

from localnet.chain import NOBODY, Chain, Contract, Receipt, created_address
from localnet.codec import Event, Reverted, checksum, reverted

__all__ = [
    "AnvilFast",
    "Chain",
    "Contract",
    "Event",
    "Receipt",
    "Reverted",
    "Revm",
    "created_address",
]

# Of a transaction or a view; an endless loop ends by it.
_GAS = 10_000_000


class AnvilFast(Chain):
    """Bare JSON-RPC to an Anvil that somebody else started; everything is undone at the end.

    Mining by itself is off meanwhile, so that each block holds what was put there.
    """

    def __init__(self, url: str) -> None:
        """Connect.

        Args:
            url: Where Anvil listens, `chain.provider.uri` in Ape.
        """
        super().__init__()
        where = urlparse(url)
        self._connection = http.client.HTTPConnection(str(where.hostname), where.port)

    def __enter__(self) -> Self:
        """Remember the state and take over mining."""
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.now = int(self.rpc("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        self._before = self.snapshot()
        self.rpc("evm_setAutomine", False)
        self.rpc("anvil_autoImpersonateAccount", True)
        self.rpc("anvil_setNextBlockBaseFeePerGas", "0x0")
        self.warp(self.step)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the chain back as it was."""
        with closing(self._connection):
            self.rpc("anvil_autoImpersonateAccount", False)
            self.rpc("evm_setAutomine", True)
            self.revert(self._before)

    def rpc(self, method: str, *params: Any) -> Any:  # noqa: ANN401 - JSON
        """Call a method.

        Raises:
            RuntimeError: It answered with an error.
        """
        answer = self._ask(method, params)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def transact(self, sender: str, to: str, data: bytes, *, value: int = 0) -> Receipt:
        """Send a transaction in anybody's name and mine it."""
        transaction = {"from": sender, "to": to, "data": "0x" + data.hex()}
        if value:
            self.rpc("anvil_setBalance", sender, hex(value))
            transaction["value"] = hex(value)
        receipt = self._mined(transaction)
        logs = [
            (log["address"], [_bytes(t) for t in log["topics"]], _bytes(log["data"]))
            for log in receipt["logs"]
        ]
        return Receipt(self.now, self._decoded(logs), int(receipt["gasUsed"], 16))

    def call(self, to: str, data: bytes, sender: str = NOBODY) -> bytes:
        """Ask a contract without a transaction."""
        answer = self._ask(
            "eth_call", ({"from": sender, "to": to, "data": "0x" + data.hex()}, "latest")
        )
        if "error" in answer:
            raise reverted(self._errors, _bytes(answer["error"].get("data") or "0x"))
        return _bytes(answer["result"])

    def execute(self, sender: str, to: str | None, data: bytes) -> str | None:
        """Send a transaction, or create a contract."""
        transaction = {"from": sender, "data": "0x" + data.hex()} | (
            {} if to is None else {"to": to}
        )
        created: str | None = self._mined(transaction)["contractAddress"]
        return created

    def warp_to(self, timestamp: int) -> None:
        """Mine an empty block at a moment."""
        self.rpc("evm_setNextBlockTimestamp", timestamp)
        self.rpc("evm_mine")
        self.now = timestamp

    def nonce(self, account: str) -> int:
        """Count an account's transactions."""
        return int(self.rpc("eth_getTransactionCount", account, "latest"), 16)

    def code_at(self, address: str) -> bytes:
        """Return the code at an address."""
        return _bytes(self.rpc("eth_getCode", address, "latest"))

    def set_code(self, address: str, code: bytes) -> None:
        """Put runtime code at an address."""
        self.rpc("anvil_setCode", address, "0x" + code.hex())

    def set_storage(self, address: str, slot: int, value: int) -> None:
        """Write one storage slot."""
        self.rpc("anvil_setStorageAt", address, f"0x{slot:064x}", f"0x{value:064x}")

    def snapshot(self) -> tuple[str, int]:
        """Remember the state."""
        return self.rpc("evm_snapshot"), self.now

    def revert(self, snapshot: tuple[str, int]) -> None:
        """Go back to a remembered state."""
        name, self.now = snapshot
        if self.rpc("evm_revert", name) is not True:
            raise RuntimeError(f"snapshot {name} is gone")

    def _mined(self, transaction: dict[str, str]) -> dict[str, Any]:
        timestamp = self._take_time()
        self.rpc("evm_setNextBlockTimestamp", timestamp)
        sent = self.rpc("eth_sendTransaction", {"gas": hex(_GAS), "gasPrice": "0x0", **transaction})
        self.rpc("evm_mine")
        self.now = timestamp
        receipt: dict[str, Any] = self.rpc("eth_getTransactionReceipt", sent)
        if receipt["status"] != "0x1":
            options = {"tracer": "callTracer", "tracerConfig": {"onlyTopCall": True}}
            trace = self.rpc("debug_traceTransaction", sent, options)
            raise reverted(self._errors, _bytes(trace.get("output", "0x")))
        return receipt

    def _ask(self, method: str, params: Sequence[Any]) -> dict[str, Any]:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer: dict[str, Any] = json.loads(self._connection.getresponse().read())
        return answer


class Revm(Chain):
    """The EVM that Anvil runs, in this process, through pyrevm."""

    def __init__(
        self,
        *,
        start: int = 1_800_000_000,
        chain_id: int = 84532,
        max_code_size: int | None = None,
    ) -> None:
        """Begin with an empty state.

        Args:
            start: The unix time at which it begins.
            chain_id: The chain id.
            max_code_size: Bytes that a contract may have, where that is not EIP-170's.
        """
        super().__init__()
        config = CfgEnv(chain_id=chain_id, limit_contract_code_size=max_code_size)
        # pyrevm takes a name it does not know for the latest fork, without a word.
        self._evm = EVM(env=Env(cfg=config), spec_id="PRAGUE")
        self.warp_to(start)

    def __enter__(self) -> Self:
        """Nothing to take over."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to give back."""

    def transact(
        self, sender: str, to: str, data: bytes, *, value: int = 0, gas: int = _GAS
    ) -> Receipt:
        """Run a transaction in anybody's name.

        Args:
            value: Wei.
            gas: What the contract has, without what a transaction itself costs.

        Raises:
            Reverted: The contract refused.
            RuntimeError: The EVM ended it.
        """
        self._run(sender, to, data, value, gas)
        return self.last_receipt()

    def last_receipt(self) -> Receipt:
        """Tell what the last transaction did, before any view: also where it created a contract."""
        assert self._evm.result is not None
        logs = [
            (log.address, [_bytes(t) for t in log.topics], log.data[1])
            for log in self._evm.result.logs
        ]
        return Receipt(self.now, self._decoded(logs), None)

    def call(self, to: str, data: bytes, sender: str = NOBODY) -> bytes:
        """Ask a contract without a transaction."""
        self._evm.reset_transient_storage()
        try:
            return self._evm.message_call(sender, to, data, gas=_GAS, is_static=True)
        except RuntimeError as error:
            raise self._explained(error) from None

    def execute(self, sender: str, to: str | None, data: bytes) -> str | None:
        """Run a transaction, or create a contract."""
        if to is not None:
            self._run(sender, to, data)
            return None
        self.warp_to(self._take_time())
        try:
            return checksum(self._evm.deploy(sender, data))
        except RuntimeError as error:
            raise self._explained(error) from None

    def warp_to(self, timestamp: int) -> None:
        """Set the time."""
        self.now = timestamp
        self._evm.set_block_env(
            BlockEnv(number=timestamp // self.step, timestamp=timestamp, prevrandao=bytes(32))
        )

    def nonce(self, account: str) -> int:
        """Count an account's transactions."""
        return self._evm.basic(account).nonce

    def code_at(self, address: str) -> bytes:
        """Return the code at an address."""
        return bytes(self._evm.get_code(address) or b"")

    def set_code(self, address: str, code: bytes) -> None:
        """Put runtime code at an address."""
        self._evm.insert_account_info(address, AccountInfo(nonce=1, code=code))

    def set_storage(self, address: str, slot: int, value: int) -> None:
        """Write one storage slot."""
        self._evm.insert_account_storage(address, slot, value)

    def snapshot(self) -> tuple[Any, int]:
        """Remember the state."""
        return self._evm.snapshot(), self.now

    def revert(self, snapshot: tuple[Any, int]) -> None:
        """Go back to a remembered state."""
        self._evm.revert(snapshot[0])
        self.warp_to(snapshot[1])

    def _run(self, sender: str, to: str, data: bytes, value: int = 0, gas: int = _GAS) -> None:
        self.warp_to(self._take_time())
        # Message calls are not transactions to pyrevm: nothing else clears transient storage.
        self._evm.reset_transient_storage()
        if value:
            self._evm.set_balance(sender, value)
        try:
            self._evm.message_call(sender, to, data, value=value, gas=gas)
        except RuntimeError as error:
            raise self._explained(error) from None

    def _explained(self, error: RuntimeError) -> Exception:
        text = str(error)
        if "Revert {" not in text:
            return error
        return reverted(self._errors, _bytes(text.split("output: ")[1].split(" ")[0]))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
