"""Signatures in the forms that wallets give them, brought into the one that is taken on chain.

USDC and the forwarder take 65 bytes: r, s in the lower half, and 27 or 28. Wallets also give 0 or 1
for these (hardware wallets), 64 bytes (ERC-2098), and a wrapping for accounts that are yet to be
deployed (ERC-6492). What a smart-contract wallet signs has a form of its own and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError
from eth_account import Account
from eth_account.messages import encode_typed_data

from agentescrow.chain.wallet import Wallet

_WRAPPED: Final = bytes.fromhex("6492" * 16)
_DELEGATED: Final = bytes.fromhex("ef0100")  # EIP-7702: the account has a key all the same
_BYTES: Final = 65
_COMPACT_BYTES: Final = 64
_BIT_255: Final = 1 << 255


def canonical(signature: bytes) -> bytes:
    """Bring the signature of a key into the form that is taken; any other stays as it is.

    A high s stays too: whoever reads signatures refuses it.

    Args:
        signature: As a wallet gave it.
    """
    plain = unwrapped(signature)
    if len(plain) == _COMPACT_BYTES:
        parity, s = divmod(int.from_bytes(plain[32:], "big"), _BIT_255)
        return plain[:32] + s.to_bytes(32, "big") + bytes([27 + parity])
    if len(plain) == _BYTES and plain[64] in (0, 1):
        return plain[:64] + bytes([27 + plain[64]])
    return plain


def unwrapped(signature: bytes) -> bytes:
    """Take off the wrapping of ERC-6492, which says how the signer's account would be deployed.

    Args:
        signature: With or without it.
    """
    if not signature.endswith(_WRAPPED):
        return signature
    try:
        _, _, inner = decode(["address", "bytes", "bytes"], signature[: -len(_WRAPPED)])
    except DecodingError:
        return signature
    return bytes(inner)


def as_taken(signature: bytes, code_of_signer: Callable[[], bytes]) -> bytes:
    """Bring a signature into the form that USDC takes of its signer.

    Args:
        signature: As it came.
        code_of_signer: Asked where it matters alone: what a smart-contract wallet signs may look
            like another form of a key's signature, and is none.
    """
    plain, own = unwrapped(signature), canonical(signature)
    return own if own == plain or has_key(code_of_signer()) else plain


def has_key(code: bytes) -> bool:
    """Whether an account with this code is a key's: it has none, or a delegation (EIP-7702)."""
    return not code or code.startswith(_DELEGATED)


def signed(wallet: Wallet, message: dict[str, Any]) -> bytes:
    """Have a wallet sign, and bring its signature into the form that is taken.

    Args:
        message: EIP-712, as `Wallet.sign_typed_data` has it.
    """
    plain = unwrapped(wallet.sign_typed_data(message))
    own = canonical(plain)
    return own if signer_of(message, own) == wallet.address else plain


def signer_of(message: dict[str, Any], signature: bytes) -> str | None:
    """Whose key has signed an EIP-712 message; None where it is no signature of a key.

    Args:
        message: What was signed.
        signature: 65 bytes.
    """
    if len(signature) != _BYTES:
        return None
    try:
        signable = encode_typed_data(full_message=message)
        return str(Account.recover_message(signable, signature=signature))
    except Exception:  # the libraries below raise many kinds
        return None
