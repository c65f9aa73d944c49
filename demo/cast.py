"""Who takes part: a name, a colour, and a key that everybody may know."""

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
    """A person, or a machine.

    Attributes:
        name: As it is shown.
        role: Gives the colour.
        wallet: Sends and signs.
        agent_id: Of an agent that is registered.
        gasless: Whether it signs requests and the API's relayer sends them.
    """

    name: str
    role: str
    wallet: Wallet
    agent_id: int | None = None
    gasless: bool = False

    @property
    def address(self) -> str:
        """Of the wallet."""
        return self.wallet.address

    @property
    def agent(self) -> int:
        """The agent's id.

        Raises:
            LookupError: It has none; a mistake of the story.
        """
        if self.agent_id is None:
            raise LookupError(f"{self.name} is no agent")
        return self.agent_id

    def signing_only(self) -> Actor:
        """The same, whose calls the API's relayer sends."""
        return replace(self, gasless=True)

    def being(self, agent_id: int | None) -> Actor:
        """The same, with an agent or without."""
        return replace(self, agent_id=agent_id)


class Cast:
    """Everybody, in the order of appearance.

    Args:
        chain: Whose well-known accounts play the roles.
    """

    def __init__(self, chain: LocalChain) -> None:
        self._chain = chain
        self._by_name: dict[str, Actor] = {}
        for role in ("poster", "agent", "outsider", "relayer", "treasury"):
            self.keep(Actor(role, role, LocalWallet(chain.w3, chain.accounts[role])))

    @property
    def everybody(self) -> tuple[Actor, ...]:
        """All of them."""
        return tuple(self._by_name.values())

    @property
    def agents(self) -> tuple[Actor, ...]:
        """Who has an agent id, in the order of the ids."""
        registered = (actor for actor in self.everybody if actor.agent_id is not None)
        return tuple(sorted(registered, key=lambda actor: actor.agent))

    def named(self, name: str) -> Actor:
        """Find somebody, as they are now."""
        return self._by_name[name]

    def keep(self, actor: Actor) -> Actor:
        """Remember somebody as they are now."""
        self._by_name[actor.name] = actor
        return actor

    def hire(self, name: str, role: str, *, ether: int) -> Actor:
        """Bring in somebody new.

        Args:
            name: As it is shown; also makes the key.
            role: Gives the colour.
            ether: What the account has for gas, in whole ETH.
        """
        account: LocalAccount = Account.from_key(keccak(text=f"agentescrow demo {name}"))
        balance = hex(ether * _ETHER)
        self._chain.w3.provider.make_request(
            RPCEndpoint("anvil_setBalance"), [account.address, balance]
        )
        return self.keep(Actor(name, role, LocalWallet(self._chain.w3, account)))
