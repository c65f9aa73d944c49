"""Start a chain on this machine with everything deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import Web3

from agentescrow.chain.wallet import LocalWallet
from deployment.deploy import deploy
from deployment.parameters import load
from deployment.record import Record, Records
from localnet import identity, usdc
from localnet.anvil import Anvil

NETWORK = "local"
ROLES = ("owner", "treasury", "poster", "agent", "outsider", "relayer")
"""Roles of Anvil's accounts 0 to 5; 6 to 9 have the roles of USDC (`localnet.usdc`)."""
_BALANCE = 10_000 * 10**6  # base units: 10,000 USDC
_FUNDED = ("poster", "agent", "outsider")
_MNEMONIC = "test test test test test test test test test test test junk"  # public: Anvil's default


@dataclass(frozen=True)
class LocalChain:
    """A running chain.

    Attributes:
        url: RPC endpoint.
        w3: Connection to it.
        record: Record of the deployment.
        accounts: Keys by role, in the order of `ROLES`.
    """

    url: str
    w3: Web3
    record: Record
    accounts: Mapping[str, LocalAccount]


@contextmanager
def local_chain(
    records: Records,
    *,
    port: int | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Iterator[LocalChain]:
    """Start Anvil with USDC, the identity registry, our contracts and funded accounts.

    Args:
        records: Where to write the record.
        port: Port to listen on; any free one if None.
        tell: Prints a line of the deployment.

    Raises:
        LocalnetError: Anvil did not start; PortTaken, for example.
        DeploymentError: The contracts could not be deployed.
    """
    accounts = role_accounts()
    with Anvil(port=port) as anvil:
        w3 = anvil.w3
        usdc.place(w3)
        identity.place(w3)
        wallet = LocalWallet(w3, accounts["owner"])
        record = deploy(w3, wallet, load(NETWORK), records, tell=tell)
        for role in _FUNDED:
            usdc.mint(w3, accounts[role].address, _BALANCE)
        yield LocalChain(anvil.url, w3, record, accounts)


def role_accounts() -> dict[str, LocalAccount]:
    """Derive Anvil's keys, which everybody knows."""
    Account.enable_unaudited_hdwallet_features()
    return {
        role: Account.from_mnemonic(_MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}")
        for index, role in enumerate(ROLES)
    }
