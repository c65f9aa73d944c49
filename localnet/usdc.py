"""The real USDC: Circle's proxy and FiatTokenV2_2 at the address they have on Base Sepolia.

Circle's own bytecode, from npm, so that permits, authorizations, the blacklist and the pause behave
as they do on the public chain. Where there is code at the address already (a fork of the real
chain) nothing is placed, and everything else in here works all the same: roles are read from the
token and impersonated.
"""

from __future__ import annotations

from typing import Any

from eth_utils.crypto import keccak
from web3 import Web3

from artifacts import circle
from localnet.codec import Abi, checksum
from localnet.host import Host, as_host

ADDRESS = "0x036CbD53842c5426634e7929541eC2318f3dCF7e"
"""USDC on Base Sepolia; https://developers.circle.com/stablecoins/usdc-contract-addresses"""

NAME = "USDC"
VERSION = "2"
DECIMALS = 6

# Anvil's well-known accounts 6 to 9, so that `cast` can act for the roles on a local chain.
OWNER = "0x976EA74026E726554dB657fA54763abd0C3a0aa9"
MASTER_MINTER = "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"
PAUSER = "0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"
BLACKLISTER = "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"


def _keyless(role: str) -> str:
    return checksum("0x" + keccak(text=f"localnet USDC {role}")[12:].hex())


# Accounts without a key: their nonces and balances are nobody else's business. The proxy's admin
# can call nothing of the token, so it must not be one of the roles.
MINTER = _keyless("minter")
_ADMIN = _keyless("proxy admin")
_DEPLOYER = _keyless("deployer")
_LOST_AND_FOUND = _keyless("lost and found")

_IMPLEMENTATION_SLOT = int.from_bytes(keccak(text="org.zeppelinos.proxy.implementation"))
_ADMIN_SLOT = int.from_bytes(keccak(text="org.zeppelinos.proxy.admin"))


def abi() -> list[dict[str, Any]]:
    """Return the JSON ABI of the token."""
    return circle("v2/FiatTokenV2_2").abi


def place(chain: Web3 | Host) -> str:
    """Put USDC at its address, unless it is there.

    Args:
        chain: A development chain.

    Returns:
        The address.
    """
    host = as_host(chain)
    if host.code_at(ADDRESS):
        return ADDRESS
    checker = host.execute(_DEPLOYER, None, circle("util/SignatureChecker").bytecode)
    token = circle("v2/FiatTokenV2_2").linked({"SignatureChecker": str(checker)})
    implementation = host.execute(_DEPLOYER, None, token.bytecode)
    host.set_code(ADDRESS, circle("v1/FiatTokenProxy").runtime)
    host.set_storage(ADDRESS, _IMPLEMENTATION_SLOT, int(str(implementation), 16))
    host.set_storage(ADDRESS, _ADMIN_SLOT, int(_ADMIN, 16))
    roles = (MASTER_MINTER, PAUSER, BLACKLISTER, OWNER)
    _send(host, _DEPLOYER, "initialize", NAME, "USDC", "USD", DECIMALS, *roles)
    _send(host, _DEPLOYER, "initializeV2", NAME)
    _send(host, _DEPLOYER, "initializeV2_1", _LOST_AND_FOUND)
    _send(host, _DEPLOYER, "initializeV2_2", [], "USDC")
    return ADDRESS


def mint(chain: Web3 | Host, to: str, amount: int) -> None:
    """Make new USDC, as Circle would.

    Args:
        chain: A development chain, a fork of the real one too.
        to: Who gets it.
        amount: Base units (6 decimals).
    """
    host = as_host(chain)
    _send(host, _read(host, "masterMinter"), "configureMinter", MINTER, amount)
    _send(host, MINTER, "mint", to, amount)


def blacklist(chain: Web3 | Host, account: str) -> None:
    """Bar an account from sending and receiving USDC."""
    _as_role(chain, "blacklister", "blacklist", account)


def unblacklist(chain: Web3 | Host, account: str) -> None:
    """Lift the bar of an account."""
    _as_role(chain, "blacklister", "unBlacklist", account)


def pause(chain: Web3 | Host) -> None:
    """Stop all transfers."""
    _as_role(chain, "pauser", "pause")


def unpause(chain: Web3 | Host) -> None:
    """Let transfers go on."""
    _as_role(chain, "pauser", "unpause")


def _as_role(chain: Web3 | Host, role: str, function: str, *args: object) -> None:
    host = as_host(chain)
    _send(host, _read(host, role), function, *args)


def _read(host: Host, view: str) -> str:
    token = Abi(abi())
    return str(token.result(view, 0, host.call(ADDRESS, token.call(view, ()))))


def _send(host: Host, sender: str, function: str, *args: object) -> None:
    host.execute(sender, ADDRESS, Abi(abi()).call(function, args))
