"""A payment that its payer has signed for one purpose (EIP-3009): anybody may send its call.

One signature and no ETH is all that it takes, also of a smart-contract wallet (ERC-1271): so the
relayer sends it as it stands, without a request of the forwarder's around it.
"""

from __future__ import annotations

from dataclasses import dataclass

from agentescrow.chain import vault
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.signatures import signer_of
from agentescrow.chain.typed_data import message_digest, receive_with_authorization
from agentescrow.chain.usdc import usdc_domain
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.relayer.called_functions import relayed_functions
from agentescrow.relayer.request import contract_at

_GAS_PERCENT = 125


@dataclass(frozen=True, slots=True)
class CheckedPayment:
    """A payment, and the call that takes it.

    Args:
        request_id: EIP-712 digest of what the payer has signed.
        signer: The payer, in checksum case.
        nonce: Of the authorization, which binds it to the call.
        deadline: Last unix second at which it is valid.
        contract: "RunEscrow" or "StakeRegistry".
        functions: Of it.
        target: Its address.
        call: Encoded.
        is_of_key: Whether the payer's own key has signed; else only USDC can tell.
    """

    request_id: str
    signer: str
    nonce: int
    deadline: int
    contract: str
    functions: tuple[str, ...]
    target: str
    call: bytes
    is_of_key: bool

    caller = ZERO_ADDRESS
    """As whom it is simulated: it does not matter who sends it."""

    order = None
    """It waits for no other, and no other for it."""

    forwarded = False
    asked_gas = 0

    @property
    def execute(self) -> str:
        """What is sent, 0x and hex."""
        return f"0x{self.call.hex()}"

    def gas_of(self, estimate: int) -> int:
        """Limit of the transaction.

        Args:
            estimate: Of the node.
        """
        return estimate * _GAS_PERCENT // 100


def check_payment(
    deployment: Deployment,
    target: str,
    call: bytes,
    authorization: vault.Authorization,
    amount: int,
    purpose: bytes,
) -> CheckedPayment:
    """Bring a payment into the form that is relayed; what USDC says of it is asked later.

    Args:
        deployment: The contracts that may be called.
        target: Which of them is.
        call: The call that takes the payment, encoded.
        authorization: The payer's.
        amount: Base units.
        purpose: Nonce of the authorization.

    Raises:
        RequestRefused: The call is none that the relayer pays for.
    """
    contract = contract_at(deployment, target)
    message = receive_with_authorization(
        usdc_domain(deployment),
        payer=authorization.payer,
        payee=target,
        value=amount,
        valid_after=authorization.valid_after,
        valid_before=authorization.valid_before,
        nonce=purpose,
    )
    return CheckedPayment(
        request_id=f"0x{message_digest(message).hex()}",
        signer=authorization.payer,
        nonce=int.from_bytes(purpose, "big"),
        deadline=authorization.valid_before - 1,
        contract=contract,
        functions=relayed_functions(contract, call),
        target=target,
        call=call,
        is_of_key=signer_of(message, authorization.signature) == authorization.payer,
    )
