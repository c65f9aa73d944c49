"""Set-up of every gas measurement: a chain, the contracts, accounts with a history."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak

from artifacts import Artifact, circle, ours
from localnet import identity, usdc
from localnet.anvil import Anvil
from localnet.evm import AnvilFast, Contract, created_address

CHAIN_ID = 84532
URI = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
"""66 bytes, as a CID of today is"""
REWARD = 100_000_000
STAKE = 20_000_000
DAY = 86_400
_START = 1_800_000_000
_WEALTH = 10**12
_FOREVER = 2**256 - 1
_SWITCHES = ("--steps-tracing", "--block-base-fee-per-gas", "0", "--gas-price", "0")

PLAIN, USDC = "plain", "usdc"
TOKENS = {PLAIN: "a plain OpenZeppelin ERC-20", USDC: "the real USDC (V2.2 behind its proxy)"}


def _person(role: str) -> LocalAccount:
    # Keys from names: calldata and signatures are the same in every run, and so is the gas.
    account: LocalAccount = Account.from_key(keccak(text=f"benchmark {role}"))
    return account


class Ground:
    """Both contracts over one token, in use for a while: no first time is measured by accident.

    Everybody holds the token and has given infinite allowances; the agent has worked before, its
    owner is its wallet and its caller; other people's runs are open; fees have accrued.

    Attributes:
        chain: The Anvil.
        token: Token of the payments.
    """

    def __init__(self, chain: AnvilFast, kind: str) -> None:
        """Deploy and use everything once.

        Args:
            chain: An Anvil in use by this process alone.
            kind: Which token, a key of `TOKENS`.
        """
        self.chain = chain
        self.owner, self.treasury, self.poster, self.agent, self.other, self.outsider = map(
            _person, ("owner", "treasury", "poster", "agent", "other", "outsider")
        )
        self.people = (self.poster, self.agent, self.other, self.treasury)
        self.token = self._token(kind)
        self._deploy()
        self._equip()
        self._live()

    def terms(self, **changes: Any) -> tuple[Any, ...]:
        """Terms of a run: 100 USDC, five days, a week of review, three revisions."""
        usual = {
            "reward": REWARD,
            "deadline": _START + 30 * DAY,
            "review_days": 7,
            "max_revisions": 3,
            "min_status": 1,
        }
        return tuple((usual | changes).values())

    def posted(self, **changes: Any) -> int:
        """Post a run and return its id."""
        self.escrow.send(self.poster, "postRun", self.terms(**changes), URI)
        return int(self.escrow.view("runCount"))

    def claimed(self, **changes: Any) -> int:
        """Post and claim a run and return its id."""
        run = self.posted(**changes)
        self.escrow.send(self.agent, "claimRun", run, self.agent_id)
        return run

    def submitted(self, **changes: Any) -> int:
        """Post a run, claim it, submit work, and return its id."""
        run = self.claimed(**changes)
        self.escrow.send(self.agent, "submitWork", run, URI)
        return run

    @contextmanager
    def undone(self) -> Iterator[None]:
        """Roll the chain back afterwards."""
        before = self.chain.snapshot()
        yield
        self.chain.revert(before)

    def wait(self, days: int) -> None:
        """Let time pass."""
        self.chain.warp(days * DAY)

    def _token(self, kind: str) -> Contract:
        if kind == PLAIN:
            return self.chain.deploy(ours("PlainToken"), sender=self.owner)
        address = usdc.place(self.chain)
        return self.chain.at(address, Artifact("USDC", circle("v2/FiatTokenV2_2").abi, b"", b""))

    def _mint(self, to: str) -> None:
        if self.token.address == usdc.ADDRESS:
            usdc.mint(self.chain, to, _WEALTH)
        else:
            self.token.send(self.owner, "mint", to, _WEALTH)

    def _deploy(self) -> None:
        deploy, owner, treasury = self.chain.deploy, self.owner, self.treasury
        self.identity = self.chain.at(identity.place(self.chain), ours("IdentityRegistry"))
        self.forwarder = deploy(ours("Forwarder"), sender=owner)
        # Each is an argument of the other's constructor.
        escrow = created_address(owner.address, self.chain.nonce(owner.address) + 1)
        registry = (self.token, self.identity, owner, [escrow], self.forwarder)
        self.registry = deploy(ours("StakeRegistry"), *registry, sender=owner)
        parts = (self.token, self.registry, treasury, owner, self.forwarder)
        self.escrow = deploy(ours("RunEscrow"), *parts, sender=owner)

    def _equip(self) -> None:
        for person in self.people:
            self._mint(person.address)
            for contract in (self.escrow, self.registry):
                self.token.send(person, "approve", contract, _FOREVER)
        self.other_id, self.agent_id, self.newcomer_id = map(
            self._registered, (self.other, self.agent, self.agent)
        )

    def _registered(self, person: LocalAccount) -> int:
        registered = self.identity.send(person, "register()").named("Registered")
        return int(registered[0].args["agentId"])

    def _live(self) -> None:
        for person, agent_id in ((self.other, self.other_id), (self.agent, self.agent_id)):
            self.registry.send(person, "stake", agent_id, 5 * STAKE)
        # Others' open work keeps every balance and sum from being empty.
        self.escrow.send(self.poster, "postRun", self.terms(), URI)
        self.escrow.send(self.other, "claimRun", 1, self.other_id)
        self.escrow.send(self.poster, "approve", self.submitted())


@contextmanager
def grounds() -> Iterator[dict[str, Ground]]:
    """Start a chain with one ground for each token.

    Yields:
        The grounds, by the keys of `TOKENS`.
    """
    switches = (*_SWITCHES, "--timestamp", str(_START))
    with Anvil(chain_id=CHAIN_ID, more=switches) as anvil, AnvilFast(anvil.url) as chain:
        yield {kind: Ground(chain, kind) for kind in TOKENS}
