"""USDC as far as the rules can see it: balances, blacklist, pause and EIP-3009 authorizations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from agentescrow.domain.constants import ZERO_ADDRESS
from tests.twin.reverts import TOKEN_REFUSED, reverted


class Receipt(NamedTuple):
    """What an EIP-3009 signature covers, and in the twin also the signature itself.

    Args:
        signer: Who pays.
        to: The only account that may receive.
        amount: Base units.
        valid_after: Unix second after which it is valid.
        valid_before: Unix second before which it is valid.
        nonce: What the payment is for; any hashable in place of the contract's hash.
    """

    signer: str
    to: str
    amount: int
    valid_after: int
    valid_before: int
    nonce: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Authorization:
    """The contracts' struct of the same name.

    Args:
        signer: `from`, who pays.
        valid_after: Unix second after which it is valid.
        valid_before: Unix second before which it is valid.
        salt: Part of the nonce.
        signature: What the signer signed; valid if it says the same as the call.
    """

    signer: str
    valid_after: int
    valid_before: int
    salt: object
    signature: Receipt


@dataclass(slots=True)
class TokenLedger:
    """Who holds how much. Allowances are unlimited: what a poster allows is no rule of ours.

    Args:
        address: The token's own address, which USDC blacklists.
        balances: Base units by account.
        blacklisted: Accounts that can neither send nor receive.
        paused: Nothing moves.
        used_nonces: (signer, nonce) of the authorizations used or cancelled.
    """

    address: str
    balances: dict[str, int] = field(default_factory=dict)
    blacklisted: set[str] = field(default_factory=set)
    paused: bool = False
    used_nonces: set[tuple[str, tuple[object, ...]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """USDC refuses to be sent to its own contract."""
        self.blacklisted.add(self.address)

    def balance_of(self, account: str) -> int:
        """Base units that an account holds."""
        return self.balances.get(account, 0)

    def mint(self, to: str, amount: int) -> None:
        """Give an account new money, as a test's faucet does."""
        self.balances[to] = self.balance_of(to) + amount

    def transfer(self, sender: str, to: str, amount: int) -> None:
        """Move money, whoever asks for it.

        Raises:
            Reverted: TokenRefused, where USDC would refuse.
        """
        reason = self._refusal(sender, to, amount)
        if reason:
            raise reverted(TOKEN_REFUSED, sender, to, reason)
        self.balances[sender] = self.balance_of(sender) - amount
        self.balances[to] = self.balance_of(to) + amount

    def receive_with_authorization(
        self,
        authorization: Authorization,
        to: str,
        amount: int,
        nonce: tuple[object, ...],
        now: int,
    ) -> None:
        """EIP-3009: valid strictly between the two times, once, and for exactly what was signed.

        Args:
            authorization: From the payer.
            to: The receiver, who is the caller.
            amount: Base units.
            nonce: What the call is for.
            now: Unix seconds.

        Raises:
            Reverted: TokenRefused, where USDC would refuse.
        """
        signer = authorization.signer
        times = (authorization.valid_after, authorization.valid_before)
        reason = self._barred(signer, to)
        if reason:
            pass  # USDC looks at that before it looks at the authorization
        elif now <= authorization.valid_after:
            reason = "not valid yet"
        elif now >= authorization.valid_before:
            reason = "expired"
        elif (signer, nonce) in self.used_nonces:
            reason = "used or cancelled"
        elif authorization.signature != Receipt(signer, to, amount, *times, nonce):
            reason = "invalid signature"
        if reason:
            raise reverted(TOKEN_REFUSED, signer, to, reason)
        self.transfer(signer, to, amount)
        self.used_nonces.add((signer, nonce))

    def _barred(self, sender: str, to: str) -> str:
        if self.paused:
            return "paused"
        if sender in self.blacklisted or to in self.blacklisted:
            return "blacklisted"
        return ""

    def _refusal(self, sender: str, to: str, amount: int) -> str:
        if reason := self._barred(sender, to):
            return reason
        if to == ZERO_ADDRESS:
            return "zero address"
        if amount > self.balance_of(sender):
            return "balance too low"
        return ""
