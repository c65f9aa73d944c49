"""Wallets to which something happens at a chosen moment."""

from __future__ import annotations


class Died(Exception):
    """The machine that deploys went off."""


class FatefulWallet:
    """A wallet to which something happens at its n-th transaction.

    Args:
        wallet: Does the work.
        number: Which transaction, from 1.
        before: Happens before it is sent.
        after: Happens after it was sent.
    """

    def __init__(self, wallet, number: int, *, before=lambda: None, after=lambda: None):
        self._wallet = wallet
        self._number = number
        self._before, self._after = before, after
        self._count = 0

    @property
    def address(self):
        return self._wallet.address

    def transact(self, tx):
        self._count += 1
        fated = self._count == self._number
        if fated:
            self._before()
        sent = self._wallet.transact(tx)
        if fated:
            self._after()
        return sent

    def sign_typed_data(self, message):
        return self._wallet.sign_typed_data(message)
