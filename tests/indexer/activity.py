"""Traffic for the indexer: calls of all kinds, by the right people mostly, some refused."""

from __future__ import annotations

import random
from collections.abc import Callable

from agentescrow.chain.contracts import Contracts
from localnet.anvil import Anvil

GAS = 1_500_000
USDC = 10**6
DAY = 86_400


class Activity:
    """Sends transactions of Anvil's own accounts and mines them, many to a block."""

    def __init__(self, anvil: Anvil, contracts: Contracts, seed: int = 0) -> None:
        self.anvil = anvil
        self.w3 = contracts.w3
        self.contracts = contracts
        self.random = random.Random(seed)
        accounts = self.w3.eth.accounts
        self.owner, self.poster = accounts[0], accounts[2]
        self.people = accounts[3:6]
        self._runs = 0  # as far as is known here: some are refused
        self._code = {
            name: getattr(contracts, name) for name in ("runs", "registry", "identity", "usdc")
        }

    def begin(self) -> None:
        """Three agents with stake, and a poster with allowance."""
        self.anvil.rpc("evm_setAutomine", False)
        everything = 2**255
        self.send(self.poster, "usdc", "approve", self.contracts.runs.address, everything)
        for person in self.people:
            self.send(person, "identity", "register(string)", "ipfs://agent")
        self.mine()
        for agent, person in enumerate(self.people):
            self.send(person, "usdc", "approve", self.contracts.registry.address, everything)
            self.send(person, "registry", "stake", agent, 60 * USDC)
        self.mine()

    def send(self, sender: str, contract: str, function: str, *args: object) -> None:
        """One transaction, which waits for its block; it may well be refused there."""
        code = self._code[contract]
        self.w3.provider.make_request(
            "eth_sendTransaction",
            [
                {
                    "from": sender,
                    "to": code.address,
                    "data": code.calldata(function, *args).to_0x_hex(),
                    "gas": hex(GAS),
                }
            ],
        )

    def mine(self, seconds: int = 2) -> None:
        """A block of all that waits."""
        self.anvil.rpc("evm_increaseTime", seconds)
        self.anvil.rpc("evm_mine")

    def burst(self, calls: int) -> None:
        """Some blocks of random calls."""
        kinds = list(self._kinds())
        self._runs = self.contracts.runs.run_count()
        for _ in range(calls):
            self.random.choice(kinds)()
            if self.random.random() < 0.2:
                self.mine(self.random.choice([2, 2, 2, DAY, 4 * DAY]))
        self.mine()

    def reorganise(self, depth: int) -> None:
        """Replace blocks by empty ones."""
        self.anvil.rpc("anvil_reorg", depth, [])

    def _kinds(self) -> list[Callable[[], None]]:
        return [
            *[self._post] * 3,
            *[self._step] * 12,
            self._stake,
            self._allow,
            self._identity,
            self._platform,
        ]

    def _some_run(self) -> int:
        return self.random.randint(max(1, self._runs - 5), self._runs + 1)

    def _owner_of(self, agent: int) -> str:
        return self.people[agent]

    def _post(self) -> None:
        now = self.w3.eth.get_block("latest")["timestamp"]
        rewards = [1, USDC, 100 * USDC, self.random.randint(1, 300 * USDC)]
        reward = self.random.choice(rewards)
        terms = (reward, now + self.random.randint(1, 10) * DAY, 1, self.random.randint(0, 2), 1)
        text = self.random.choice(["ipfs://task", "näher", "a\0b", "x" * 200])
        function = self.random.choice(["postRun", "postRun", "createRun"])
        self.send(self.poster, "runs", function, terms, text)
        self._runs += 1

    def _step(self) -> None:
        run, agent = self._some_run(), self.random.randrange(3)
        person = self._owner_of(agent)
        calls = [
            (self.poster, "fundRun", run),
            (person, "claimRun", run, agent),
            (person, "claimRun", run, agent),
            (person, "startRun", run),
            (person, "submitWork", run, "ipfs://work"),
            (person, "submitWork", run, "ipfs://work"),
            (person, "abandonRun", run),
            (self.poster, "approve", run),
            (self.poster, "approve", run),
            (self.poster, "requestRevision", run, "more"),
            (self.poster, "reject", run, "no"),
            (self.poster, "slash", run),
            (self.poster, "cancelRun", run),
            (person, "finalize", run),
        ]
        sender, function, *args = self.random.choice(calls)
        self.send(sender, "runs", function, *args)

    def _stake(self) -> None:
        agent = self.random.randrange(3)
        person = self._owner_of(agent)
        if self.random.random() < 0.7:
            self.send(person, "registry", "stake", agent, self.random.choice([1, 20, 45]) * USDC)
        else:
            self.send(person, "registry", "unstake", agent, 5 * USDC, person)

    def _allow(self) -> None:
        """The owner's leave for a market; it binds nobody else."""
        agent = self.random.randrange(3)
        market = self.random.choice(
            [self.contracts.runs.address, "0x" + f"{self.random.randint(1, 9):040d}"]
        )
        cap = self.random.choice([0, 20 * USDC, 40 * USDC, 2**48 - 1])
        sender = self.random.choice([self._owner_of(agent)] * 3 + self.people)
        self.send(sender, "registry", "allowMarket", agent, market, cap)

    def _identity(self) -> None:
        agent = self.random.randrange(3)
        person, other = self._owner_of(agent), self.random.choice([self.poster, *self.people])
        calls = [
            ("register(string)", "ipfs://another"),
            ("setAgentURI", agent, f"ipfs://{self.random.random()}"),
            ("setMetadata", agent, "colour", b"\x01"),
            ("unsetAgentWallet", agent),
            ("approve", other, agent),
            ("setApprovalForAll", other, self.random.random() < 0.5),
        ]
        function, *args = self.random.choice(calls)
        self.send(person, "identity", function, *args)

    def _platform(self) -> None:
        calls = [
            ("runs", "sweepFees"),
            ("runs", "pause"),
            ("runs", "unpause"),
            ("runs", "unpause"),
            ("registry", "addMarket", "0x" + f"{self.random.randint(1, 9):040d}"),
            ("registry", "retireMarket", "0x" + f"{self.random.randint(1, 9):040d}"),
            ("runs", "setTreasury", self.random.choice(self.people)),
        ]
        contract, function, *args = self.random.choice(calls)
        self.send(self.owner, contract, function, *args)
        self.send(self.owner, "runs", "unpause")


class Trade(Activity):
    """The same where agents are bought and sold, and owners are asked for leave more often."""

    def _kinds(self) -> list[Callable[[], None]]:
        return [*super()._kinds(), *[self._allow] * 4, self._sell]

    def _owner_of(self, agent: int) -> str:
        return self.contracts.identity.owner_of(agent)

    def _sell(self) -> None:
        agent = self.random.randrange(3)
        seller, buyer = self._owner_of(agent), self.random.choice(self.people)
        self.send(seller, "identity", "transferFrom", seller, buyer, agent)
