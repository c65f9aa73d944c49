"""Actors of the demo: a name, a colour, and a key that everybody may know."""

from __future__ import annotations

from dataclasses import dataclass, replace

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from web3.types import RPCEndpoint

from agentescrow.chain.wallet import LocalWallet, Wallet
from deployment.local_chain import LocalChain

_ETHER = 10**18


@dataclass(frozen=True)
class Actor:
    """A person or a machine.

    Attributes:
        name: Displayed name.
        role: Chooses the colour.
        wallet: Signs and sends.
        agent_id: Id of its registered agent.
        gasless: Whether it signs requests for the API's relayer.
    """

    name: str
    role: str
    wallet: Wallet
    agent_id: int | None = None
    gasless: bool = False

    @property
    def address(self) -> str:
        """Address of the wallet."""
        return self.wallet.address

    @property
    def agent(self) -> int:
        """Id of its agent.

        Raises:
            LookupError: It has no agent: a mistake in the story.
        """
        if self.agent_id is None:
            raise LookupError(f"{self.name} has no agent")
        return self.agent_id

    def signing_only(self) -> Actor:
        """Return a copy that signs for the relayer."""
        return replace(self, gasless=True)

    def being(self, agent_id: int | None) -> Actor:
        """Return a copy with another agent id, or none."""
        return replace(self, agent_id=agent_id)


class Cast:
    """All actors, in the order of appearance.

    Args:
        chain: Chain whose well-known accounts play the roles.
    """

    def __init__(self, chain: LocalChain) -> None:
        self._chain = chain
        self._by_name: dict[str, Actor] = {}
        for role in ("poster", "agent", "outsider", "relayer", "treasury"):
            self.keep(Actor(role, role, LocalWallet(chain.w3, chain.accounts[role])))

    @property
    def everybody(self) -> tuple[Actor, ...]:
        """All actors."""
        return tuple(self._by_name.values())

    @property
    def agents(self) -> tuple[Actor, ...]:
        """Actors with an agent, by its id."""
        registered = (actor for actor in self.everybody if actor.agent_id is not None)
        return tuple(sorted(registered, key=lambda actor: actor.agent))

    def named(self, name: str) -> Actor:
        """Find an actor by name."""
        return self._by_name[name]

    def keep(self, actor: Actor) -> Actor:
        """Store the present state of an actor."""
        self._by_name[actor.name] = actor
        return actor

    def hire(self, name: str, role: str, *, ether: int) -> Actor:
        """Add a new actor.

        Args:
            name: Displayed name; also determines the key.
            role: Chooses the colour.
            ether: Balance for gas in whole ETH.
        """
        account: LocalAccount = Account.from_key(keccak(text=f"agentescrow demo {name}"))
        balance = hex(ether * _ETHER)
        self._chain.w3.provider.make_request(
            RPCEndpoint("anvil_setBalance"), [account.address, balance]
        )
        return self.keep(Actor(name, role, LocalWallet(self._chain.w3, account)))
