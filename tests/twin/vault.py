"""What both contracts share: USDC in and out, credits, owner (RUN-16, RUN-24, RUN-26)."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.errors import Reverted
from tests.twin.identity import IdentityView
from tests.twin.journal import Journal
from tests.twin.reverts import reverted
from tests.twin.token import Authorization, Receipt, TokenLedger


class UsdcVaultTwin:
    """Base of both twins.

    Attributes:
        address: The contract's own address.
        token: USDC.
        identity: The ERC-8004 registry.
        forwarder: The trusted ERC-2771 forwarder; calls name their sender, so it only stands among
            the addresses that get no money.
        owner: Who pauses, sets the treasury, adds and retires markets; assign it to hand it over.
        credits: Base units by account that USDC refused to pay (RUN-16).
        journal: What both contracts have emitted since somebody cleared it.
    """

    def __init__(
        self,
        address: str,
        token: TokenLedger,
        identity: IdentityView,
        *,
        owner: str,
        forwarder: str,
        journal: Journal,
    ) -> None:
        self.address = address
        self.journal = journal
        self.token = token
        self.identity = identity
        self.owner = owner
        self.forwarder = forwarder
        self.credits: dict[str, int] = {}

    def withdraw_credit(self, to: str, *, sender: str) -> None:
        """Send the sender's whole credit to itself or to an account of its choice, or revert."""
        amount = self.credit_of(sender)
        if amount == 0:
            raise reverted("NoCredit", sender)
        if to != sender:
            self._require_recipient(to)
        self._push(to, amount)
        del self.credits[sender]
        self._emit("CreditWithdrawn", sender, to, amount)

    def renounce_ownership(self) -> None:
        """Refuse: a contract without an owner could never be cared for again."""
        raise reverted("OwnershipNotRenounceable")

    def credit_of(self, account: str) -> int:
        """Base units that the account may withdraw."""
        return self.credits.get(account, 0)

    def contracts(self) -> AbstractSet[str]:
        """The contracts of the system; a child adds its counterparts."""
        return {self.address, self.token.address, self.identity.address, self.forwarder}

    def authorize(
        self,
        signer: str,
        amount: int,
        *purpose: object,
        salt: object = 0,
        valid_after: int = 0,
        valid_before: int = 2**256 - 1,
    ) -> Authorization:
        """Sign an EIP-3009 authorization to this contract, as a wallet would.

        Args:
            signer: Who pays.
            amount: Base units.
            purpose: What the payment is for: the agent id, or the run's terms and ipfsHash.
            salt: Tells two payments for the same purpose apart.
            valid_after: Unix second after which it is valid.
            valid_before: Unix second before which it is valid.
        """
        nonce = (*purpose, salt)
        signed = Receipt(signer, self.address, amount, valid_after, valid_before, nonce)
        return Authorization(signer, valid_after, valid_before, salt, signed)

    def _pull(self, payer: str, amount: int) -> None:
        self.token.transfer(payer, self.address, amount)

    def _pull_with_authorization(
        self, authorization: Authorization, amount: int, purpose: tuple[object, ...], now: int
    ) -> None:
        nonce = (*purpose, authorization.salt)
        self.token.receive_with_authorization(authorization, self.address, amount, nonce, now)

    def _push(self, to: str, amount: int) -> None:
        self.token.transfer(self.address, to, amount)

    def _pay(self, payee: str, amount: int) -> None:
        """Push what is owed; where USDC refuses, book it as the payee's credit (RUN-16)."""
        if amount == 0:
            return
        try:
            self._push(payee, amount)
        except Reverted:
            self.credits[payee] = self.credit_of(payee) + amount
            self._emit("Credited", payee, amount)

    def _emit(self, event: str, *values: object) -> None:
        self.journal.record(self.address, event, *values)

    def _require_owner(self, sender: str) -> None:
        if sender != self.owner:
            raise reverted("OwnableUnauthorizedAccount", sender)

    def _require_recipient(self, to: str) -> None:
        if to == ZERO_ADDRESS or to in self.contracts():
            raise reverted("InvalidRecipient", to)
