"""What StakeRegistry and RunEscrow share: USDC by allowance, permit or authorization; credits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from hexbytes import HexBytes

from agentescrow.chain import typed_data
from agentescrow.chain.contract import Contract
from agentescrow.chain.events import CreditWithdrawn, Event
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.signatures import signed
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import Domain
from agentescrow.chain.usdc import Usdc
from agentescrow.chain.wallet import Wallet
from agentescrow.errors import AgentEscrowError, ApprovalNeeded, ContractReverted

E = TypeVar("E", bound=Event)

_ALLOWANCE_MISSING: Final = "ERC20: transfer amount exceeds allowance"
_NOT_SIGNED: Final = "FiatTokenV2: invalid signature"
_NO_SIGNATURE: Final = "ECRecover: "
_NOT_FORWARDED: Final = "ERC2771UntrustfulTarget"  # USDC takes no call from our forwarder


@dataclass(frozen=True, slots=True)
class Authorization:
    """An EIP-3009 authorization that one of our contracts will pull.

    Args:
        valid_after: Unix second after which it is valid.
        valid_before: Unix second before which it is valid.
        salt: 32 bytes, from which the nonce is derived.
        signature: 65 bytes, or what the payer's ERC-1271 wallet accepts.
    """

    payer: str
    valid_after: int
    valid_before: int
    salt: bytes
    signature: bytes

    def struct(self) -> tuple[str, int, int, bytes, bytes]:
        """The contract's struct."""
        return (self.payer, self.valid_after, self.valid_before, self.salt, self.signature)


def payment_message(
    domain: Domain, payer: str, payee: str, amount: int, purpose: bytes, *, valid_before: int
) -> dict[str, Any]:
    """What `authorized` has signed: USDC's EIP-3009 message for one of our contracts.

    Args:
        domain: USDC's.
        payee: The contract of ours that will pull.
        amount: Base units.
        valid_before: Unix second before which it is valid.
    """
    return typed_data.receive_with_authorization(
        domain,
        payer=payer,
        payee=payee,
        value=amount,
        valid_after=0,
        valid_before=valid_before,
        nonce=purpose,
    )


def authorized(
    domain: Domain,
    wallet: Wallet,
    payee: str,
    amount: int,
    purpose: bytes,
    *,
    salt: bytes,
    valid_before: int,
) -> Authorization:
    """Sign an EIP-3009 authorization; takes no node.

    Args:
        domain: USDC's.
        wallet: Signer and payer.
        payee: The contract of ours that will pull.
        amount: Base units.
        purpose: The nonce, from `typed_data.stake_nonce` or `typed_data.run_nonce` with `salt`.
        salt: 32 bytes.
        valid_before: Unix second before which it is valid.
    """
    message = payment_message(
        domain, wallet.address, payee, amount, purpose, valid_before=valid_before
    )
    return Authorization(wallet.address, 0, valid_before, salt, signed(wallet, message))


def is_allowance_missing(error: AgentEscrowError) -> bool:
    """Whether a call was refused for its allowance, and for nothing else.

    The contract moves the money last and USDC looks at the allowance first, so a call has passed
    every other check when it ends at the allowance.

    Args:
        error: Of a simulation.
    """
    reason = error.arguments.get("reason") if isinstance(error, ContractReverted) else None
    return reason == _ALLOWANCE_MISSING


def is_signature_refused(error: AgentEscrowError) -> bool:
    """Whether USDC refused a call for the payer's signature.

    Args:
        error: Of a simulation.
    """
    reason = error.arguments.get("reason") if isinstance(error, ContractReverted) else None
    return reason == _NOT_SIGNED or str(reason).startswith(_NO_SIGNATURE)


class Vault(Contract):
    """A contract that holds USDC for others."""

    def usdc(self) -> Usdc:
        """The token that it holds: the record's, else what the contract says."""
        recorded = [address for address, kind in self._kinds.items() if kind == Usdc.kind]
        token = recorded[0] if recorded else str(self._read("USDC"))
        return Usdc(self.w3, token, self._kinds, self.own)

    def credit_of(self, account: str) -> int:
        """What USDC refused to pay an account and it has not withdrawn yet (RUN-16)."""
        return int(self._read("creditOf", account))

    def total_owed(self) -> int:
        """All that the contract owes; its USDC balance is never less (RUN-20)."""
        return int(self._read("totalOwed"))

    def owner(self) -> str:
        """Who owns the contract."""
        return str(self._read("owner"))

    def pending_owner(self) -> str:
        """Who may accept the ownership; the zero address where it is offered to nobody."""
        return str(self._read("pendingOwner"))

    def trusts(self, forwarder: str) -> bool:
        """Whether calls may come through a forwarder (RUN-19)."""
        return bool(self._read("isTrustedForwarder", forwarder))

    def withdraw_credit(self, wallet: Wallet, to: str) -> Mined[CreditWithdrawn]:
        """Send the wallet's whole credit to `to`."""
        return self._write(wallet, Outcome(CreditWithdrawn, {"to": to}), "withdrawCredit", to)

    def permit_call(self, wallet: Wallet, amount: int, deadline: int) -> HexBytes:
        """Sign a USDC permit for this contract and encode its use, for a multicall.

        Args:
            wallet: Signer and payer.
            amount: Base units.
            deadline: Last unix second at which it is valid.
        """
        signature = self.usdc().sign_permit(wallet, self.address, amount, deadline)
        return self.calldata("selfPermit", amount, deadline, signature)

    def multicall_data(self, calls: Sequence[HexBytes]) -> HexBytes:
        """Encode several calls as one.

        Args:
            calls: Encoded calls of this contract.
        """
        return self.calldata("multicall", list(calls))

    def authorize(
        self, wallet: Wallet, amount: int, *, purpose: bytes, salt: bytes, valid_before: int
    ) -> Authorization:
        """Sign an EIP-3009 authorization for this contract.

        Args:
            wallet: Signer and payer.
            amount: Base units.
            purpose: The nonce, from `typed_data.stake_nonce` or `typed_data.run_nonce` with `salt`.
            salt: 32 bytes.
            valid_before: Unix second before which it is valid.
        """
        domain = self.usdc().eip712_domain()
        return authorized(
            domain, wallet, self.address, amount, purpose, salt=salt, valid_before=valid_before
        )

    def _pay(
        self,
        wallet: Wallet,
        outcome: Outcome[E],
        amount: int,
        permit_until: int | None,
        function: str,
        *args: object,
    ) -> Mined[E]:
        """Call a function that pulls `amount` from the wallet, with the allowance that it takes.

        A missing allowance is set by a permit in the same transaction, with `permit_until`, or else
        before it; one that is there is used, since a permit would put itself in its place. A wallet
        whose code vouches for no permit approves too.

        Raises:
            InsufficientFunds: The wallet has less USDC.
            ApprovalNeeded: It takes an approval, and the wallet cannot send one.
        """
        call = self.calldata(function, *args)
        self.usdc().require_balance(wallet.address, amount)
        if self._is_allowance_missing(wallet, function, *args):
            permit = self._permit(wallet, amount, permit_until)
            if permit is None:
                self._approve(wallet, amount, is_refused=permit_until is not None)
            else:
                call = self.multicall_data([permit, call])
        return self._write_data(wallet, outcome, call)

    def _permit(self, wallet: Wallet, amount: int, until: int | None) -> HexBytes | None:
        try:
            return None if until is None else self.permit_call(wallet, amount, until)
        except ApprovalNeeded:
            return None

    def _approve(self, wallet: Wallet, amount: int, *, is_refused: bool) -> None:
        """Approve; a wallet that cannot is told why it has to, where its permit was refused."""
        try:
            self.usdc().approve(wallet, self.address, amount)
        except ContractReverted as refused:
            if not is_refused or refused.name != _NOT_FORWARDED:
                raise
            raise ApprovalNeeded(wallet.address, self.address, amount) from refused

    def _is_allowance_missing(self, wallet: Wallet, function: str, *args: object) -> bool:
        """Whether the allowance, and nothing else, is missing; any other reason is raised."""
        try:
            self.dry_run(wallet.address, function, *args)
        except ContractReverted as reverted:
            if not is_allowance_missing(reverted):
                raise
            return True
        return False
