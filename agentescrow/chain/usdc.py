"""Circle's USDC (FiatTokenV2_2): balances, allowances, permits, authorizations."""

from __future__ import annotations

from typing import Any, Final

from eth_account.messages import encode_typed_data
from eth_utils.address import to_checksum_address

from agentescrow.chain import typed_data
from agentescrow.chain.contract import Contract
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.events import UsdcApproval, UsdcTransfer
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.reverts import translated_errors
from agentescrow.chain.signatures import signed, signer_of
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import Domain, digest
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.money import format_usdc
from agentescrow.errors import (
    ApprovalNeeded,
    ContractReverted,
    InsufficientFunds,
    InvalidInput,
    NodeRefused,
)

_NAMES: Final = {8453: "USD Coin"}
_NAME: Final = "USDC"
_VERSION: Final = "2"

_VOUCHED: Final = bytes.fromhex("1626ba7e")
_ERC_1271: Final = [
    {
        "type": "function",
        "stateMutability": "view",
        "name": "isValidSignature",
        "inputs": [{"name": "hash", "type": "bytes32"}, {"name": "signature", "type": "bytes"}],
        "outputs": [{"name": "", "type": "bytes4"}],
    }
]


def usdc_domain(deployment: Deployment) -> Domain:
    """What permits and authorizations are bound to, without a node.

    Native USDC is called "USDC", on Base alone "USD Coin"; a signature under a wrong name is worth
    nothing.

    Args:
        deployment: Names chain and token.
    """
    name = _NAMES.get(deployment.chain_id, _NAME)
    return Domain(name, _VERSION, deployment.chain_id, deployment.usdc)


class Usdc(Contract):
    """The token. All amounts are base units (6 decimals)."""

    kind = "Usdc"

    def balance_of(self, account: str) -> int:
        """What an account holds."""
        return int(self._read("balanceOf", account))

    def allowance(self, owner: str, spender: str) -> int:
        """What `spender` may pull from `owner`."""
        return int(self._read("allowance", owner, spender))

    def total_supply(self) -> int:
        """All USDC that there is on the chain."""
        return int(self._read("totalSupply"))

    def decimals(self) -> int:
        """Digits after the point: 6."""
        return int(self._read("decimals"))

    def nonces(self, owner: str) -> int:
        """The owner's next permit nonce."""
        return int(self._read("nonces", owner))

    def eip712_domain(self) -> Domain:
        """What permits and authorizations are bound to; the name differs from chain to chain."""
        return self._domain(self._read("name"), self._read("version"))

    def is_used(self, payer: str, nonce: bytes) -> bool:
        """Whether an authorization of the payer's has paid, or was cancelled (EIP-3009)."""
        return bool(self._read("authorizationState", payer, nonce))

    def approve(self, wallet: Wallet, spender: str, amount: int) -> Mined[UsdcApproval]:
        """Let `spender` pull `amount` from the wallet."""
        return self._write(
            wallet,
            Outcome(UsdcApproval, {"owner": wallet.address, "spender": spender, "value": amount}),
            "approve",
            spender,
            amount,
        )

    def transfer(self, wallet: Wallet, to: str, amount: int) -> Mined[UsdcTransfer]:
        """Send `amount` from the wallet to `to`."""
        return self._write(
            wallet,
            Outcome(UsdcTransfer, {"from_": wallet.address, "to": to, "value": amount}),
            "transfer",
            to,
            amount,
        )

    def sign_permit(self, wallet: Wallet, spender: str, amount: int, deadline: int) -> bytes:
        """Sign an allowance for `spender` instead of sending it (EIP-2612).

        Args:
            wallet: Owner and signer.
            spender: Who may pull.
            amount: Base units.
            deadline: Last unix second at which it is valid.

        Returns:
            The signature.

        Raises:
            ApprovalNeeded: The wallet's account has code that does not vouch for it.
            InvalidInput: Another key has signed.
        """
        message = typed_data.permit(
            self.eip712_domain(),
            owner=wallet.address,
            spender=spender,
            value=amount,
            nonce=self.nonces(wallet.address),
            deadline=deadline,
        )
        signature = signed(wallet, message)
        if not self.takes(wallet.address, message, signature):
            raise ApprovalNeeded(wallet.address, spender, amount)
        return signature

    def takes(self, account: str, message: dict[str, Any], signature: bytes) -> bool:
        """Whether the token takes an account's signature: of its key, or what its code vouches for.

        The token asks the code of an account that has any (ERC-1271), which may vouch for nothing:
        a key's account gets code by an EIP-7702 delegation.

        Args:
            message: EIP-712 data that was signed.
            signature: As `signatures.signed` gives it.

        Raises:
            InvalidInput: The account is a key's, and another key has signed.
        """
        if not self.has_code(account):
            signer = signer_of(message, signature)
            if signer != account:
                raise InvalidInput(
                    "signature", signer, f"one of {account}, under this very message"
                )
            return True
        wallet = self.w3.eth.contract(to_checksum_address(account), abi=_ERC_1271)
        asked = wallet.functions.isValidSignature(_digest_of(message), signature)
        try:
            with translated_errors():
                answer = asked.call(ccip_read_enabled=False)
        except (ContractReverted, NodeRefused):  # no answer is a refusal, to the token too
            return False
        return bytes(answer) == _VOUCHED

    def has_code(self, account: str) -> bool:
        """Whether an account is a contract, or delegates to one (EIP-7702)."""
        with translated_errors():
            return bool(self.w3.eth.get_code(to_checksum_address(account)))

    def require_balance(self, account: str, amount: int) -> None:
        """Make sure that an account can pay.

        Args:
            amount: Base units.

        Raises:
            InsufficientFunds: It has less.
        """
        balance = self.balance_of(account)
        if balance < amount:
            words = f"has {format_usdc(balance)} USDC, and {format_usdc(amount)} are needed"
            raise InsufficientFunds("USDC", account, words)


def _digest_of(message: dict[str, Any]) -> bytes:
    return digest(encode_typed_data(full_message=message))
