"""Whoever signs, as a `Wallet`: a private key, an account of eth-account's or of Ape's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, cast

from eth_account.signers.base import BaseAccount
from eth_account.signers.local import LocalAccount
from web3 import Web3

from agentescrow.chain.ape_wallet import ApeWallet
from agentescrow.chain.fees import GasBudget
from agentescrow.chain.keys import account_of
from agentescrow.chain.wallet import LocalWallet, Wallet
from agentescrow.errors import InvalidInput

WalletMaker: TypeAlias = Callable[[Web3], Wallet]
"""Binds a signer to a chain; to none (`Web3()`) where it signs only."""


def wallet_maker(
    signer: object, max_fee: int | None = None, budget: GasBudget | None = None
) -> WalletMaker:
    """Make wallets of whatever signs.

    Args:
        signer: A private key (0x and 64 hexadecimal digits), an account of eth-account's, one of
            Ape's, or a `Wallet`.
        max_fee: Wei a gas that may be offered; the chain's default where None. A `Wallet` sees to
            that itself.
        budget: What transactions of a key may offer for gas, all together; without a limit where
            None.

    Raises:
        InvalidInput: It is none of these. A key is not repeated in the message.
    """
    if isinstance(signer, str | bytes):
        account = account_of(signer)
        return lambda w3: LocalWallet(w3, account, max_fee=max_fee, budget=budget)
    if isinstance(signer, BaseAccount):
        own = cast(LocalAccount, signer)
        return lambda w3: LocalWallet(w3, own, max_fee=max_fee, budget=budget)
    kind = type(signer)
    if hasattr(kind, "transact") and hasattr(kind, "sign_typed_data"):
        return lambda _w3: cast(Wallet, signer)
    if hasattr(kind, "sign_message") and hasattr(kind, "sign_transaction"):
        return lambda w3: ApeWallet(w3, signer, max_fee=max_fee)
    allowed = "a private key, an account of eth-account's or of Ape's, or a Wallet"
    raise InvalidInput("signer", kind.__name__, allowed)
