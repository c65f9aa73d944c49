"""The contracts on a chain and their twin beside them, as they are when an example begins."""

from __future__ import annotations

import copy
from collections.abc import Callable

from agentescrow.domain.constants import ONE_USDC
from artifacts import Artifact, circle, ours
from localnet import identity, usdc
from localnet.chain import Chain, Contract, Receipt, created_address
from tests.stateful import people
from tests.stateful.people import BY_ADDRESS, EVERYBODY, WALLETS, Person
from tests.stateful.signatures import Signatures
from tests.stateful.twin import Twin
from tests.twin.identity import AgentIdentity, IdentityView
from tests.twin.run_escrow import RunEscrowTwin
from tests.twin.stake_registry import StakeRegistryTwin
from tests.twin.token import TokenLedger

RICH = 2**50
COMFORTABLE = 10_000 * ONE_USDC
POOR = 50 * ONE_USDC
_UNLIMITED = 2**256 - 1
# It reverts without data: PUSH1 0, PUSH1 0, REVERT.
_SILENT_CODE = bytes.fromhex("60006000fd")


class Ground:
    """What is deployed once for a chain and given back as it was after every example.

    Attributes:
        blacklister: Who blacklists for Circle.
        pauser: Who pauses USDC for Circle.
        agent_ids: The agents' ids, in the order of `people`; they begin at 0 where the identity
            registry is fresh.
    """

    def __init__(self, chain: Chain, compiled: Callable[[str], Artifact] = ours) -> None:
        """Deploy everything and let people get ready.

        Args:
            chain: Where.
            compiled: Knows our contracts by name; the ones built, or mutants of them.
        """
        self.chain = chain
        self._compiled = compiled
        usdc.place(chain)
        identity.place(chain)
        self.usdc = chain.at(usdc.ADDRESS, circle("v2/FiatTokenV2_2"))
        self.identity = chain.at(identity.ADDRESS, ours("IdentityRegistry"))
        self.identity_code = chain.code_at(identity.ADDRESS)
        self._deploy()
        self._wallets = self._deploy_wallets()
        chain_id = self.identity.view("eip712Domain")[3]
        self.signatures = Signatures(
            chain_id, self.usdc.address, self.identity.address, self.forwarder.address
        )
        self._twin = self._twin_of_the_deployment()
        self._give_money()
        self.agent_ids = self._register_agents()
        self.names = self._names()
        self._selectors: dict[tuple[str, str], bytes] = {}
        self.blacklister, self.pauser = self.usdc.view("blacklister"), self.usdc.view("pauser")
        self._snapshot = chain.snapshot()

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """All five."""
        return (self.usdc, self.identity, self.forwarder, self.registry, self.escrow)

    def selector(self, contract: Contract, view: str, args: tuple[int | str, ...]) -> bytes:
        """Look up the first four bytes of a call."""
        key = (contract.address, view)
        if key not in self._selectors:
            self._selectors[key] = contract.calldata(view, *args)[:4]
        return self._selectors[key]

    def send(self, sender: str, to: str, data: bytes, wei: int = 0) -> Receipt:
        """Send a transaction in somebody's name; a smart-contract wallet's holder tells it to."""
        wallet = self._wallets.get(sender)
        if wallet is None:
            return self.chain.transact(sender, to, data, value=wei)
        assert not wei, "these wallets have no ether"
        return wallet.send(BY_ADDRESS[sender].holder, "execute", to, data)

    def begin(self) -> Twin:
        """Undo everything since, and give out a fresh twin."""
        self.identity_answers()  # code that was put there is not undone by every backend
        self.chain.revert(self._snapshot)
        self._snapshot = self.chain.snapshot()
        self.chain.next_timestamp = None
        return copy.deepcopy(self._twin)

    def identity_falls_silent(self) -> None:
        """Let the identity registry revert whatever it is asked."""
        self.chain.set_code(self.identity.address, _SILENT_CODE)

    def identity_answers(self) -> None:
        """Let the identity registry answer again."""
        self.chain.set_code(self.identity.address, self.identity_code)

    def _names(self) -> dict[str, str]:
        names = ("usdc", "identity", "forwarder", "registry", "escrow")
        contracts = {
            contract.address: name for contract, name in zip(self.contracts, names, strict=True)
        }
        return contracts | {person.address: person.role for person in EVERYBODY}

    def _deploy(self) -> None:
        chain, deployer = self.chain, people.owner
        self.forwarder = chain.deploy(self._compiled("Forwarder"), sender=deployer)
        escrow_address = created_address(deployer.address, chain.nonce(deployer.address) + 1)
        self.registry = chain.deploy(
            self._compiled("StakeRegistry"),
            self.usdc,
            self.identity,
            people.owner,
            [escrow_address, people.second_market],
            self.forwarder,
            sender=deployer,
        )
        self.escrow = chain.deploy(
            self._compiled("RunEscrow"),
            self.usdc,
            self.registry,
            people.treasury,
            people.owner,
            self.forwarder,
            sender=deployer,
        )
        assert self.escrow.address == escrow_address

    def _deploy_wallets(self) -> dict[str, Contract]:
        wallets = {}
        for wallet in WALLETS:
            deployed = self.chain.deploy(ours("Erc1271Wallet"), sender=wallet.holder)
            assert deployed.address == wallet.address
            wallets[wallet.address] = deployed
        return wallets

    def _twin_of_the_deployment(self) -> Twin:
        token, view = TokenLedger(self.usdc.address), IdentityView(self.identity.address)
        shared = {"owner": people.owner.address, "forwarder": self.forwarder.address}
        markets = [self.escrow.address, people.second_market.address]
        registry = StakeRegistryTwin(self.registry.address, token, view, markets=markets, **shared)
        escrow = RunEscrowTwin(
            self.escrow.address, registry, treasury=people.treasury.address, **shared
        )
        return Twin(token, view, registry, escrow)

    def _give_money(self) -> None:
        for person in EVERYBODY:
            amount = {people.rich_poster: RICH, people.poor_poster: POOR}.get(person, COMFORTABLE)
            usdc.mint(self.chain, person.address, amount)
            self._twin.token.mint(person.address, amount)
            for vault in (self.registry, self.escrow):
                allowance = self.usdc.calldata("approve", vault, _UNLIMITED)
                self.send(person.address, self.usdc.address, allowance)

    def _register_agents(self) -> tuple[int, ...]:
        ids = tuple(
            self._register(person)
            for person in (
                people.agent_owner,
                people.contract_agent,
                people.fleet_owner,
                people.poster,
            )
        )
        first, _, third, _ = ids
        self.identity.send(people.agent_owner, "approve", people.agent_operator, first)
        deadline = self.chain.now + 60
        consent = self.signatures.wallet_consent(
            people.agent_wallet, first, people.agent_owner.address, deadline
        )
        self.identity.send(
            people.agent_owner, "setAgentWallet", first, people.agent_wallet, deadline, consent
        )
        self.identity.send(people.fleet_owner, "unsetAgentWallet", third)
        self.identity.send(people.fleet_owner, "setApprovalForAll", people.fleet_operator, True)

        view = self._twin.identity
        view.approve(first, people.agent_operator.address)
        view.set_wallet(first, people.agent_wallet.address)
        view.set_wallet(third, "0x" + "00" * 20)
        view.set_operator(people.fleet_owner.address, people.fleet_operator.address, approved=True)
        return ids

    def _register(self, person: Person) -> int:
        register = self.identity.calldata("register()")
        receipt = self.send(person.address, self.identity.address, register)
        agent_id = int(receipt.named("Registered")[0].args["agentId"])
        # On a fork of the real chain the ids do not start at 0, so the twin is told them.
        self._twin.identity.agents[agent_id] = AgentIdentity(person.address, wallet=person.address)
        return agent_id
