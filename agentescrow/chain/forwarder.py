"""The ERC-2771 forwarder: an account without ETH signs, a relayer pays (RUN-19)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from eth_typing import ChecksumAddress
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3.types import TxParams

from agentescrow.chain import typed_data
from agentescrow.chain.contract import Contract
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.events import ExecutedForwardRequest
from agentescrow.chain.fees import CALL_GAS_MAX, require_gas
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.signatures import signed
from agentescrow.chain.transactions import Mined, simulate, transact
from agentescrow.chain.typed_data import Domain
from agentescrow.chain.wallet import Wallet

_VALID_SECONDS: Final = 3600
_GAS_MARGIN_PERCENT: Final = 25


@dataclass(frozen=True, slots=True)
class ForwardRequest:
    """A call that its signer lets others send.

    Args:
        signer: In whose name the call is made.
        to: Contract called; it must trust the forwarder.
        gas: Gas for the call.
        nonce: The signer's next nonce of the forwarder.
        deadline: Last unix second at which it is valid.
        signature: 65 bytes; empty while unsigned.
    """

    signer: str
    to: str
    gas: int
    nonce: int
    deadline: int
    data: bytes
    signature: bytes = b""

    def struct(self) -> tuple[str, str, int, int, int, bytes, bytes]:
        """The forwarder's struct; the nonce is not in it, since the forwarder knows it."""
        return (self.signer, self.to, 0, self.gas, self.deadline, self.data, self.signature)


def forwarder_domain(deployment: Deployment) -> Domain:
    """What requests are signed for: constants of our forwarder."""
    return Domain("agentescrow", "1", deployment.chain_id, deployment.forwarder)


class Forwarder(Contract):
    """The forwarder, for ECDSA signers; smart-contract wallets call directly (RUN-25)."""

    kind = "Forwarder"
    gas_max = 2 * CALL_GAS_MAX  # of the call, of its calldata once more, and its own steps

    def nonce_of(self, signer: str) -> int:
        """The signer's next nonce."""
        return int(self._read("nonces", signer))

    def verify(self, request: ForwardRequest) -> bool:
        """Whether a signed request is valid now."""
        return bool(self._read("verify", request.struct()))

    def request(
        self, signer: str, to: str, data: bytes, *, valid_seconds: int = _VALID_SECONDS
    ) -> ForwardRequest:
        """Build a request, unsigned.

        Args:
            signer: In whose name.
            valid_seconds: How long it is to be valid, by the chain's clock.

        Raises:
            ContractReverted: The call would revert.
        """
        inner = simulate(self.w3, _inner(signer, to, data), self.own)
        gas = inner * (100 + _GAS_MARGIN_PERCENT) // 100
        require_gas(gas, CALL_GAS_MAX)
        now = self.w3.eth.get_block("latest")["timestamp"]
        return ForwardRequest(signer, to, gas, self.nonce_of(signer), now + valid_seconds, data)

    def message(self, request: ForwardRequest) -> dict[str, Any]:
        """The EIP-712 message that the signer of a request signs."""
        return typed_data.forward_request(
            self.eip712_domain(),
            signer=request.signer,
            to=request.to,
            gas=request.gas,
            nonce=request.nonce,
            deadline=request.deadline,
            data=request.data,
        )

    def sign(self, wallet: Wallet, request: ForwardRequest) -> ForwardRequest:
        """Sign a request.

        Args:
            wallet: The request's signer.

        Returns:
            The same, signed.
        """
        return replace(request, signature=signed(wallet, self.message(request)))

    def execute(self, relayer: Wallet, request: ForwardRequest) -> Mined[ExecutedForwardRequest]:
        """Relay a signed request.

        Args:
            relayer: Who pays for the gas.

        Raises:
            ContractReverted: The request is invalid, or its call would revert; in words why.
        """
        # The forwarder swallows the reason of the call that it passes on, so that is asked
        # directly.
        simulate(self.w3, _inner(request.signer, request.to, request.data), self.own)
        executed = {"signer": request.signer, "nonce": request.nonce}
        done = Outcome(ExecutedForwardRequest, executed)
        return self._write(relayer, done, "execute", request.struct())


class GaslessWallet:
    """A wallet whose transactions a relayer pays: it signs requests and the relayer sends them.

    It serves wherever a `Wallet` does, for calls of contracts that trust the forwarder; USDC does
    not, so an allowance has to be a permit.
    """

    def __init__(self, signer: Wallet, relayer: Wallet, forwarder: Forwarder) -> None:
        """Bind signer and payer.

        Args:
            signer: In whose name; needs no ETH.
            relayer: Who pays for the gas.
            forwarder: Which both contracts trust.
        """
        self._signer = signer
        self._relayer = relayer
        self._forwarder = forwarder

    @property
    def address(self) -> ChecksumAddress:
        """The signer's address."""
        return self._signer.address

    def transact(self, tx: TxParams) -> HexBytes:
        """Sign a request for the call and let the relayer send it; see `Wallet.transact`."""
        forwarder = self._forwarder
        request = forwarder.request(self.address, str(tx["to"]), bytes(HexBytes(tx["data"])))
        request = forwarder.sign(self._signer, request)
        data = forwarder.calldata("execute", request.struct())
        receipt = transact(
            forwarder.w3,
            self._relayer,
            forwarder.address,
            data,
            own=forwarder.own,
            gas_max=forwarder.gas_max,
        )
        return receipt["transactionHash"]

    def sign_typed_data(self, message: dict[str, Any]) -> bytes:
        """Sign an EIP-712 message; see `Wallet.sign_typed_data`."""
        return self._signer.sign_typed_data(message)


def _inner(signer: str, to: str, data: bytes) -> TxParams:
    return {
        "from": to_checksum_address(signer),
        "to": to_checksum_address(to),
        "data": HexBytes(data),
    }
