"""Both contracts on a token of choice, and the shortest way to a run in any state."""

from __future__ import annotations

from collections.abc import Callable

from agentescrow.domain.constants import DAY, MIN_STAKE
from artifacts import Artifact, ours
from localnet import identity
from localnet.chain import Chain, Contract, created_address
from tests.stateful import people

REWARD = 100_000_000
FEE = 5_000_000
COST = REWARD + FEE
"""What posting takes: reward and fee, in base units."""
IPFS = "ipfs://task"
PLENTY = 10**18


class System:
    """A deployment with people who can pay; `agent_owner` owns the agent and is its wallet.

    Attributes:
        chain: Where.
        token: What is paid in.
        agent_id: An agent with four times the least stake; neither 0 nor the id of the first run.
    """

    def __init__(
        self, chain: Chain, compiled: Callable[[str], Artifact], token: str = "PlainToken"
    ) -> None:
        """Deploy it."""
        self.chain = chain
        self.compiled = compiled
        identity.place(chain)
        self.identity = chain.at(identity.ADDRESS, ours("IdentityRegistry"))
        self.token = chain.deploy(ours(token), sender=people.owner)
        self.forwarder = chain.deploy(compiled("Forwarder"), sender=people.owner)
        escrow = created_address(people.owner.address, chain.nonce(people.owner.address) + 1)
        self.registry = self.deploy_registry(markets=[escrow, people.second_market])
        self.escrow = self.deploy_escrow()
        assert self.escrow.address == escrow
        self._give_money()
        for _ in range(2):
            self.identity.send(people.buyer, "register()")
        [registered] = self.identity.send(people.agent_owner, "register()").named("Registered")
        self.agent_id = registered.args["agentId"]
        self.registry.send(people.agent_owner, "stake", self.agent_id, 4 * MIN_STAKE)

    def deploy_registry(self, **changed) -> Contract:
        """Deploy a StakeRegistry with these arguments in the place of good ones."""
        arguments = {
            "usdc": self.token,
            "identity": self.identity,
            "owner": people.owner,
            "markets": [people.second_market],
            "forwarder": self.forwarder,
        } | changed
        artifact = self.compiled("StakeRegistry")
        return self.chain.deploy(artifact, *arguments.values(), sender=people.owner)

    def deploy_escrow(self, **changed) -> Contract:
        """Deploy a RunEscrow with these arguments in the place of good ones."""
        arguments = {
            "usdc": self.token,
            "registry": self.registry,
            "treasury": people.treasury,
            "owner": people.owner,
            "forwarder": self.forwarder,
        } | changed
        artifact = self.compiled("RunEscrow")
        return self.chain.deploy(artifact, *arguments.values(), sender=people.owner)

    def terms(self, **changed) -> tuple[int, ...]:
        """Make RunTerms; the deadline is three days ahead where none is given."""
        terms = {
            "reward": REWARD,
            "deadline": self.chain.now + 3 * DAY,
            "review_days": 7,
            "max_revisions": 3,
            "min_status": 1,
        }
        assert changed.keys() <= terms.keys()
        return tuple((terms | changed).values())

    def draft(self, **terms) -> int:
        """Make a run that is created, not funded; return its id."""
        return self._made("createRun", terms)

    def open(self, **terms) -> int:
        """Make a run that is funded."""
        return self._made("postRun", terms)

    def claimed(self, **terms) -> int:
        """Make a run that the agent took."""
        run_id = self.open(**terms)
        self.escrow.send(people.agent_owner, "claimRun", run_id, self.agent_id)
        return run_id

    def submitted(self, **terms) -> int:
        """Make a run with work to judge."""
        run_id = self.claimed(**terms)
        self.escrow.send(people.agent_owner, "submitWork", run_id, IPFS)
        return run_id

    def approved(self, **terms) -> int:
        """Make a run whose agent is paid."""
        run_id = self.submitted(**terms)
        self.escrow.send(people.poster, "approve", run_id)
        return run_id

    def balance(self, account) -> int:
        """Ask the token."""
        return self.token.view("balanceOf", account)

    def _made(self, function: str, terms: dict[str, int]) -> int:
        self.escrow.send(people.poster, function, self.terms(**terms), IPFS)
        return self.escrow.view("runCount")

    def _give_money(self) -> None:
        for payer, vault in ((people.poster, self.escrow), (people.agent_owner, self.registry)):
            self.token.send(people.owner, "mint", payer, PLENTY)
            self.token.send(payer, "approve", vault, PLENTY)
