"""Send the steps of a plan, each with the nonce that its address was predicted from."""

from __future__ import annotations

import time
from collections.abc import Callable

from eth_typing import BlockNumber, ChecksumAddress
from hexbytes import HexBytes
from web3 import Web3
from web3.exceptions import TransactionNotFound, Web3Exception
from web3.types import Nonce, TxParams, Wei
from web3.utils import get_create_address

from agentescrow.chain.fees import TRANSACTION_GAS_MAX, require_gas
from agentescrow.chain.transactions import mined_receipt
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import TransactionFailed
from deployment.checks import has_code
from deployment.errors import NonceMoved, NotMined
from deployment.plan import Plan, Step

_MINED_WITHIN = 600.0  # seconds
_NODES_AGREE_WITHIN = 15.0  # seconds; a public RPC endpoint has many nodes
_GAS_MARGIN = 1.1


class Execution:
    """Sends one step after the other.

    Args:
        w3: Connection to the chain.
        wallet: Deploying account.
        plan: Contracts to deploy.
        tell: Prints a line for the user.
    """

    def __init__(self, w3: Web3, wallet: Wallet, plan: Plan, tell: Callable[[str], None]) -> None:
        self._w3 = w3
        self._wallet = wallet
        self._plan = plan
        self._tell = tell
        self._poll = 1.0 if plan.parameters.is_public else 0.02

    def is_done(self, step: Step) -> bool:
        """Check whether a step's contract exists already.

        Raises:
            NotVerified: Its address has other code.
        """
        done = has_code(self._w3, step.name, step.address)
        if done:
            self._tell(f"{step.name} is at {step.address}")
        return done

    def send(self, step: Step, replaced: str | None = None) -> str:
        """Send the transaction of a step and return its hash.

        Args:
            step: Contract to create.
            replaced: Hash of an earlier transaction to outbid.

        Raises:
            NonceMoved: The deployer sent another transaction.
            NotMined: A transaction of the deployer is pending, or the node refuses this one.
            TooExpensive: The node asks for more than is allowed; nothing was sent.
        """
        self._require_nonce(step, replaced)
        call: TxParams = {
            "from": self._wallet.address,
            "chainId": self._plan.parameters.chain_id,  # the plan's, whatever the node says now
            "data": HexBytes(step.init_code),
        }
        try:
            call = {**call, **self._outbidding(replaced)}
            estimated = self._w3.eth.estimate_gas(call)
            require_gas(estimated, TRANSACTION_GAS_MAX)
            gas = min(int(estimated * _GAS_MARGIN), TRANSACTION_GAS_MAX)
            sent = self._wallet.transact({**call, "gas": gas, "nonce": Nonce(step.nonce)})
        except Web3Exception as error:
            self._require_nonce(step, replaced)  # another transaction came after the first check
            raise NotMined(f"{step.name} was refused: {error}") from error
        self._tell(f"{step.name} sent: {sent.to_0x_hex()}")
        return sent.to_0x_hex()

    def wait(self, step: Step, transaction: str) -> None:
        """Wait until a step is mined and confirmed.

        Raises:
            NotMined: It reverted, or it takes too long.
        """
        try:
            receipt = mined_receipt(self._w3, HexBytes(transaction), _MINED_WITHIN)
        except TransactionFailed:
            raise NotMined(
                f"{step.name} is not mined yet ({transaction}): run this again to continue, with "
                "--replace to send it for a higher fee"
            ) from None
        if receipt["status"] != 1:
            raise NotMined(
                f"{step.name} reverted ({transaction}): give up with --abandon, then deploy again"
            )
        last = receipt["blockNumber"] + self._plan.parameters.confirmations - 1
        self._until(lambda: self._w3.eth.block_number >= last, _MINED_WITHIN)
        self._tell(f"{step.name} is at {step.address}")

    def _outbidding(self, replaced: str | None) -> TxParams:
        """Choose fees that replace a pending transaction."""
        if replaced is None:
            return {}
        try:
            offered = self._w3.eth.get_transaction(HexBytes(replaced))
        except TransactionNotFound:  # it was dropped: nothing to outbid
            return {}
        tip = max(_more(offered["maxPriorityFeePerGas"]), self._w3.eth.max_priority_fee)
        base = self._w3.eth.get_block("latest").get("baseFeePerGas", 0)
        most = max(_more(offered["maxFeePerGas"]), 2 * base + tip)
        return {"maxPriorityFeePerGas": Wei(tip), "maxFeePerGas": Wei(most)}

    def _require_nonce(self, step: Step, replaced: str | None) -> None:
        deployer = self._plan.deployer
        # A node that has not seen the previous step yet answers with less.
        self._until(lambda: self._nonce() >= step.nonce, _NODES_AGREE_WITHIN)
        actual = self._nonce()
        if actual > step.nonce:
            raise NonceMoved(
                deployer,
                step.nonce,
                actual,
                [s.name for s in self._plan.steps if s.nonce < step.nonce],
            )
        if actual < step.nonce:
            raise NotMined(
                f"the chain has nonce {actual} for {deployer}, the plan needs {step.nonce}: "
                "is it another chain?"
            )
        waiting = self._w3.eth.get_transaction_count(deployer, "pending") - actual
        if waiting > 0 and replaced is None:
            raise NotMined(
                f"{waiting} transactions of {deployer} are not mined yet: wait for them, then run "
                "this again; or run it with --replace to send what is stuck for a higher fee"
            )

    def _nonce(self) -> int:
        return self._w3.eth.get_transaction_count(self._plan.deployer)

    def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not holds() and time.monotonic() < end:
            time.sleep(self._poll)


def _more(wei: int) -> int:
    """Raise a fee by an eighth, which nodes require of a replacement."""
    return wei + wei // 8 + 1


def creation(
    w3: Web3, address: ChecksumAddress, transaction: str | None, since: int
) -> tuple[str | None, int | None]:
    """Find the transaction that created a contract.

    Args:
        w3: Connection to the chain.
        address: Contract that exists.
        transaction: Its hash, if known.
        since: Block at which the contract did not exist yet.

    Returns:
        Hash and block; None twice if the node does not keep the states that the search needs.
    """
    if transaction is not None:
        return transaction, mined_receipt(w3, HexBytes(transaction), _MINED_WITHIN)["blockNumber"]
    before, at = BlockNumber(since), w3.eth.block_number
    try:
        while at - before > 1:
            middle = BlockNumber((before + at) // 2)
            before, at = (before, middle) if w3.eth.get_code(address, middle) else (middle, at)
        for found in w3.eth.get_block(at, full_transactions=True)["transactions"]:
            if isinstance(found, bytes) or found.get("to") is not None:
                continue
            if get_create_address(found["from"], found["nonce"]) == address:
                return found["hash"].to_0x_hex(), at
    except Web3Exception:
        pass
    return None, None
