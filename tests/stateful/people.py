"""The cast: everybody who takes part, by role.

Keys are made from the roles' names: an address is the same person in every run and on every chain.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from coincurve import PrivateKey
from eth_utils.crypto import keccak
from hypothesis.vendor.pretty import RepresentationPrinter

from localnet.chain import created_address
from localnet.codec import checksum


@dataclass(frozen=True)
class Person:
    """An account with a key, called by its role.

    A smart-contract wallet is one too: it has the key and the voice of its holder (ERC-1271).
    """

    role: str
    key: PrivateKey = field(repr=False, compare=False)
    address: str
    holder: Person | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return self.role

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        printer.text(self.role)  # Hypothesis would write a dataclass out

    def sign(self, digest: bytes) -> bytes:
        """Sign a digest: 65 bytes, r, s and v."""
        signature = self.key.sign_recoverable(digest, hasher=None)
        return signature[:64] + bytes([signature[64] + 27])


def _person(role: str) -> Person:
    key = PrivateKey(keccak(text=f"agentescrow stateful {role}"))
    return Person(
        role, key, checksum("0x" + keccak(key.public_key.format(compressed=False)[1:])[12:].hex())
    )


def _smart_contract_wallet(role: str) -> Person:
    """It is the first contract that its holder creates, so its address is known beforehand."""
    holder = _person(f"holder_of_{role}")
    return Person(role, holder.key, created_address(holder.address, 0), holder)


owner = _person("owner")
next_owner = _person("next_owner")
treasury = _person("treasury")
next_treasury = _person("next_treasury")

rich_poster = _person("rich_poster")
poster = _person("poster")
poor_poster = _person("poor_poster")
contract_poster = _smart_contract_wallet("contract_poster")

# Agent 0 has an owner, a wallet and an ERC-721 operator that are three people.
agent_owner = _person("agent_owner")
agent_wallet = _person("agent_wallet")
agent_operator = _person("agent_operator")
# Agent 1 is one smart-contract wallet: owner, wallet and caller.
contract_agent = _smart_contract_wallet("contract_agent")
# Agent 2 has no wallet, and its owner has an operator for everything.
fleet_owner = _person("fleet_owner")
fleet_operator = _person("fleet_operator")
# Agent 3 belongs to `poster`, who therefore may not let it work on the poster's own runs.

buyer = _person("buyer")
# RunEscrow is the first market, the second one is another of the constructor; more may be added.
second_market = _person("second_market")
third_market = _person("third_market")
fourth_market = _person("fourth_market")
outsider = _person("outsider")
relayer = _person("relayer")
safe_place = _person("safe_place")

POSTERS = (poster, rich_poster, poor_poster, contract_poster)
AGENT_PEOPLE = (
    agent_owner,
    agent_wallet,
    agent_operator,
    contract_agent,
    fleet_owner,
    fleet_operator,
    buyer,
)
WALLETS = (contract_poster, contract_agent)
MARKETS = (second_market, third_market, fourth_market)
PLATFORM = (owner, next_owner, treasury, next_treasury)
EVERYBODY = (*POSTERS, *AGENT_PEOPLE, *MARKETS, *PLATFORM, outsider, relayer, safe_place)

BY_ADDRESS = {person.address: person for person in EVERYBODY}
