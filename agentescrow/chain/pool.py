"""A node asked about many transactions at once, in JSON-RPC batches: what a relayer needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from hexbytes import HexBytes

from agentescrow.chain.fees import tip_of
from agentescrow.chain.reverts import checked_answers
from agentescrow.chain.rpc import Node, required
from agentescrow.errors import AgentEscrowError, NodeRefused

_USED: Final = f"0x{keccak(text='AuthorizationUsed(address,bytes32)').hex()}"
_EXECUTED: Final = f"0x{keccak(text='ExecutedForwardRequest(address,uint256,bool)').hex()}"


@dataclass(frozen=True, slots=True)
class Head:
    """The latest block, and an account at it.

    Args:
        number: Of the block.
        time: Of the block, unix seconds.
        base_fee: Wei a gas.
        tip: What the node thinks is a good tip, wei a gas.
        nonce: Transactions of the account that are mined.
        balance: Of the account, wei.
    """

    number: int
    time: int
    base_fee: int
    tip: int
    nonce: int
    balance: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What has become of a transaction.

    Args:
        block_number: Where it is.
        succeeded: Whether it did its work.
        paid: What its sender paid for it, wei; on a rollup for its data too.
    """

    tx_hash: str
    block_number: int
    succeeded: bool
    paid: int


@dataclass(frozen=True, slots=True)
class Execution:
    """A request that the forwarder passed on.

    Args:
        tx_hash: The transaction that carried it.
        block_number: Where it is.
        data: The transaction's calldata, 0x and hex.
        nonce: The signer's, of the forwarder.
        succeeded: Whether the call worked.
    """

    tx_hash: str
    block_number: int
    data: str
    nonce: int
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed transaction.

    Args:
        raw: As it is sent, 0x and hex.
    """

    tx_hash: str
    raw: str


class Pool:
    """The node's pool of transactions."""

    def __init__(self, rpc_url: str) -> None:
        """Connect to nothing yet.

        Args:
            rpc_url: Address of the node.
        """
        self._node = Node(rpc_url)

    def head(self, account: str) -> Head:
        """The latest block, with an account's count of mined transactions and its ETH.

        Raises:
            ChainProblem: The node does not answer, or not all of it.
        """
        tip, *answers = self._node.try_each(
            ("eth_maxPriorityFeePerGas", []),
            ("eth_getBlockByNumber", ["latest", False]),
            ("eth_getTransactionCount", [account, "latest"]),
            ("eth_getBalance", [account, "latest"]),
        )
        block, nonce, balance = required(answers)
        with checked_answers():
            base_fee = int(block.get("baseFeePerGas") or "0x0", 16)
            return Head(
                int(block["number"], 16),
                int(block["timestamp"], 16),
                base_fee,
                self._tip(tip, base_fee),
                int(nonce, 16),
                int(balance, 16),
            )

    def views(self, calls: Sequence[tuple[str, str]]) -> list[bytes]:
        """Call views.

        Args:
            calls: Contract and calldata of each.

        Raises:
            ChainProblem: The node does not answer all of them.
        """
        asked = [("eth_call", [{"to": to, "data": data}, "latest"]) for to, data in calls]
        answers = self._node.ask(*asked)
        with checked_answers():
            return [bytes(HexBytes(answer)) for answer in answers]

    def code(self, account: str) -> bytes:
        """The code of an account.

        Args:
            account: In checksum case.

        Raises:
            ChainProblem: The node does not answer.
        """
        (answer,) = self._node.ask(("eth_getCode", [account, "latest"]))
        with checked_answers():
            return bytes(HexBytes(answer))

    def estimates(self, calls: Sequence[tuple[str, str, str]]) -> list[int | AgentEscrowError]:
        """Find out which calls would work, and how much gas they take.

        Args:
            calls: Sender, contract and calldata of each.

        Returns:
            Gas, or the contract's error in words.

        Raises:
            ChainProblem: The node does not answer.
        """
        asked = [
            ("eth_estimateGas", [{"from": sender, "to": to, "data": data}])
            for sender, to, data in calls
        ]
        answers = self._node.try_each(*asked)
        with checked_answers():
            return [
                answer if isinstance(answer, AgentEscrowError) else int(answer, 16)
                for answer in answers
            ]

    def send(self, raws: Sequence[str]) -> list[AgentEscrowError | None]:
        """Send signed transactions.

        Args:
            raws: 0x and hex.

        Returns:
            Why the node did not take each, or None where it did.
        """
        answers = self._node.try_each(*(("eth_sendRawTransaction", [raw]) for raw in raws))
        return [answer if isinstance(answer, AgentEscrowError) else None for answer in answers]

    def receipts(self, hashes: Sequence[str]) -> dict[str, Receipt]:
        """Find the transactions that are mined; a receipt without its block is none yet.

        Args:
            hashes: Of the transactions.

        Returns:
            By hash, without those that are not mined.

        Raises:
            ChainProblem: The node does not answer all of it.
        """
        answers = self._node.ask(*(("eth_getTransactionReceipt", [each]) for each in hashes))
        with checked_answers():
            return {
                each: _receipt(each, answer)
                for each, answer in zip(hashes, answers, strict=True)
                if answer and _is_of_a_block(answer)
            }

    def forwarded(self, forwarder: str, *, first: int, last: int) -> list[str]:
        """Find the transactions that carried requests, whoever sent them.

        Args:
            first: Block.
            last: Block.

        Returns:
            Their hashes.

        Raises:
            NodeRefused: It has no logs of so many blocks.
            NodeUnreachable: It does not answer.
        """
        wanted = {"address": forwarder, "topics": [_EXECUTED]}
        (logs,) = self._node.ask(
            ("eth_getLogs", [{**wanted, "fromBlock": hex(first), "toBlock": hex(last)}])
        )
        with checked_answers():
            return sorted({log["transactionHash"] for log in logs if _is_of_a_block(log)})

    def senders(self, hashes: Sequence[str]) -> dict[str, str]:
        """Who sent transactions, in lower case, by hash; without those that the node lacks.

        Args:
            hashes: Of the transactions.

        Raises:
            ChainProblem: The node does not answer all of it.
        """
        sent = self._node.ask(*(("eth_getTransactionByHash", [each]) for each in hashes))
        with checked_answers():
            pairs = zip(hashes, sent, strict=True)
            return {tx_hash: each["from"].lower() for tx_hash, each in pairs if each}

    def executions(self, forwarder: str, signer: str, *, first: int, last: int) -> list[Execution]:
        """Find the requests of a signer that were passed on, whoever sent them.

        Args:
            first: Block.
            last: Block.

        Raises:
            NodeRefused: It has no logs of so many blocks.
            NodeUnreachable: It does not answer.
        """
        wanted = {
            "address": forwarder,
            "topics": [_EXECUTED, f"0x{signer[2:].lower():0>64}"],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        (logs,) = self._node.ask(("eth_getLogs", [wanted]))
        with checked_answers():
            logs = [log for log in logs if _is_of_a_block(log)]
            hashes = [log["transactionHash"] for log in logs]
            sent = self._node.ask(*(("eth_getTransactionByHash", [each]) for each in hashes))
            return [_execution(log, each) for log, each in zip(logs, sent, strict=True)]

    def payment(
        self, usdc: str, payer: str, nonce: bytes, *, first: int, last: int
    ) -> Execution | None:
        """Find the transaction that used an authorization of USDC, whoever sent it.

        Args:
            nonce: Of the authorization.
            first: Block.
            last: Block.

        Returns:
            It, or None where there is none.

        Raises:
            NodeRefused: It has no logs of so many blocks.
            NodeUnreachable: It does not answer.
        """
        wanted = {
            "address": usdc,
            "topics": [_USED, f"0x{payer[2:].lower():0>64}", f"0x{nonce.hex()}"],
            "fromBlock": hex(first),
            "toBlock": hex(last),
        }
        (logs,) = self._node.ask(("eth_getLogs", [wanted]))
        with checked_answers():
            found = [log for log in logs if _is_of_a_block(log)]
            if not found:
                return None
            tx_hash, block = found[0]["transactionHash"], int(found[0]["blockNumber"], 16)
            (sent,) = self._node.ask(("eth_getTransactionByHash", [tx_hash]))
            data = sent["input"] if sent else "0x"
            return Execution(tx_hash, block, data, int.from_bytes(nonce, "big"), True)

    def _tip(self, said: Any, base_fee: int) -> int:  # noqa: ANN401 - JSON
        """What the node thinks is good; of one that does not say it, what its gas price leaves."""
        if not isinstance(said, NodeRefused):
            return int(said, 16)
        (gas_price,) = self._node.ask(("eth_gasPrice", []))
        return tip_of(int(gas_price, 16), base_fee)


def sign_call(
    key: LocalAccount,
    *,
    chain_id: int,
    to: str,
    data: str,
    gas: int,
    nonce: int,
    max_fee: int,
    tip: int,
) -> Signed:
    """Sign a call without value: the one thing that the relayer's key ever signs.

    Args:
        data: The call, 0x and hex.
        nonce: Of the relayer's account.
        max_fee: Wei a gas.
        tip: Wei a gas.
    """
    transaction: dict[str, Any] = {
        "chainId": chain_id,
        "to": to,
        "value": 0,
        "data": data,
        "gas": gas,
        "nonce": nonce,
        "maxFeePerGas": max_fee,
        "maxPriorityFeePerGas": tip,
    }
    signed = key.sign_transaction(transaction)
    return Signed(signed.hash.to_0x_hex(), signed.raw_transaction.to_0x_hex())


def _receipt(tx_hash: str, answer: Any) -> Receipt:  # noqa: ANN401 - JSON
    gas, price, for_data = (
        int(answer.get(name) or "0x0", 16) for name in ("gasUsed", "effectiveGasPrice", "l1Fee")
    )
    block, succeeded = int(answer["blockNumber"], 16), int(answer["status"], 16) == 1
    return Receipt(tx_hash, block, succeeded, gas * price + for_data)


def _execution(log: Any, transaction: Any) -> Execution:  # noqa: ANN401 - JSON
    words = bytes(HexBytes(log["data"]))  # nonce and success
    nonce, succeeded = int.from_bytes(words[:32], "big"), any(words[32:])
    block, data = int(log["blockNumber"], 16), transaction["input"] if transaction else "0x"
    return Execution(log["transactionHash"], block, data, nonce, succeeded)


def _is_of_a_block(found: Any) -> bool:  # noqa: ANN401 - JSON
    number, block_hash = found["blockNumber"], found["blockHash"]
    return number is not None and block_hash is not None and int(block_hash, 16) > 0
