"""Circle's USDC (FiatTokenV2_2): balances, allowances, permits, authorizations."""

from __future__ import annotations

from typing import Final

from agentescrow.chain import typed_data
from agentescrow.chain.contract import Contract
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.events import UsdcApproval, UsdcTransfer
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import Domain
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.money import format_usdc
from agentescrow.errors import InsufficientFunds

_NAMES: Final = {8453: "USD Coin"}
_NAME: Final = "USDC"
_VERSION: Final = "2"


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
        name, version = self._read("name"), self._read("version")
        return Domain(name, version, self.w3.eth.chain_id, self.address)

    def is_used(self, payer: str, nonce: bytes) -> bool:
        """Whether an authorization of the payer's has paid, or was cancelled (EIP-3009)."""
        return bool(self._read("authorizationState", payer, nonce))

    def approve(self, wallet: Wallet, spender: str, amount: int) -> Mined[UsdcApproval]:
        """Let `spender` pull `amount` from the wallet."""
        return self._write(wallet, UsdcApproval, "approve", spender, amount)

    def transfer(self, wallet: Wallet, to: str, amount: int) -> Mined[UsdcTransfer]:
        """Send `amount` from the wallet to `to`."""
        return self._write(wallet, UsdcTransfer, "transfer", to, amount)

    def sign_permit(self, wallet: Wallet, spender: str, amount: int, deadline: int) -> bytes:
        """Sign an allowance for `spender` instead of sending it (EIP-2612).

        Args:
            wallet: Owner and signer.
            spender: Who may pull.
            amount: Base units.
            deadline: Last unix second at which it is valid.

        Returns:
            The signature.
        """
        message = typed_data.permit(
            self.eip712_domain(),
            owner=wallet.address,
            spender=spender,
            value=amount,
            nonce=self.nonces(wallet.address),
            deadline=deadline,
        )
        return wallet.sign_typed_data(message)

    def require_balance(self, account: str, amount: int) -> None:
        """Make sure that an account can pay.

        Args:
            account: Payer.
            amount: Base units.

        Raises:
            InsufficientFunds: It has less.
        """
        balance = self.balance_of(account)
        if balance < amount:
            words = f"has {format_usdc(balance)} USDC, and {format_usdc(amount)} are needed"
            raise InsufficientFunds("USDC", account, words)
