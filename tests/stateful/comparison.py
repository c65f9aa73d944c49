"""What has to agree: every view of both contracts with the twin, raw word by raw word.

After a step: what the step was about, what the twin says has changed, and one run and one agent
more in turn. After time has passed or an agent's people have changed: what follows from that. At
the end of an example: everything there is.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from agentescrow.domain.constants import MIN_STAKE
from localnet.chain import NOBODY, Contract, Receipt
from localnet.codec import Reverted
from tests.stateful.ground import Ground
from tests.stateful.outcome import Tally
from tests.stateful.people import EVERYBODY, MARKETS, Person
from tests.stateful.rebuilt import Rebuilt
from tests.stateful.twin import Twin
from tests.stateful.words import run_words, words

UNKNOWN_AGENTS = (2**32 - 1, 2**32, 2**255)


class Comparison:
    """Compares contracts and twin in one example."""

    def __init__(self, ground: Ground, twin: Twin, tally: Tally) -> None:
        """Remember how the twin is now."""
        self._ground = ground
        self._twin = twin
        self._tally = tally
        self._minted = sum(twin.token.balances.values())
        self._turn = 0
        self._rebuilt = Rebuilt(twin.registry.founders)
        self._seen: dict[str, dict[Any, Any]] = {}
        self._changed()

    def after_step(self, numbers: set[int], sender: Person) -> None:
        """Compare what a step was about.

        Args:
            numbers: Its arguments, of which some are ids of runs or agents.
            sender: Who made it.
        """
        twin = self._twin
        changed = self._changed()
        runs = (
            numbers | changed["runs"] | self._one_in_turn(twin.escrow.runs)
        ) & twin.escrow.runs.keys()
        agents = (numbers | changed["agents"]) & set(self._ground.agent_ids)
        agents |= {twin.escrow.runs[run].agent_id for run in runs} & set(self._ground.agent_ids)
        agents |= {agent for _, agent in changed["locks"] | changed["allowances"]}
        agents |= self._one_in_turn(self._ground.agent_ids)
        for run_id in sorted(runs):
            self._run(run_id, sorted(agents))
        for agent_id in sorted(agents):
            self._agent(agent_id)
            for market in self._one_in_turn(self._accounts_that_may_be_markets()):
                self._locked(market, agent_id)
        self._money(changed["balances"] | {sender.address})
        self._conservation()

    def events(self, receipt: Receipt | None) -> None:
        """Compare what both contracts emitted in a step: names, fields, order.

        Args:
            receipt: The step's, or None where it was refused.
        """
        ours = {self._ground.escrow.address, self._ground.registry.address}
        emitted = [event for event in receipt.events if event.address in ours] if receipt else []
        actual = [(event.address, event.name, tuple(event.args.values())) for event in emitted]
        expected = list(map(tuple, self._twin.registry.journal))
        assert actual == expected, f"the contracts emit {actual}, the rules say {expected}"
        for event in emitted:
            self._tally.events[f"{self._ground.names[event.address]}.{event.name}"] += 1
            self._rebuilt.learn(event, self._ground.chain.now)
        self._tally.checked["INV-1"] += 1
        self._tally.checked["INV-2"] += 1

    def after_time(self) -> None:
        """Compare what follows from the time: ladder, and who may claim what."""
        for run_id in self._one_in_turn(self._twin.escrow.runs) | self._one_in_turn(
            self._twin.escrow.runs
        ):
            self._run(run_id, [*self._ground.agent_ids])
        for agent_id in self._ground.agent_ids:
            self._agent(agent_id)

    def after_change_of_people(self, agent_id: int) -> None:
        """Compare what follows from who an agent's people are."""
        self._rights(agent_id)
        for market in self._accounts_that_may_be_markets():
            self._locked(market, agent_id)
        for run_id in self._one_in_turn(self._twin.escrow.runs):
            self._run(run_id, [agent_id])

    def everything(self) -> None:
        """Compare all runs, agents, people and settings."""
        twin, ground = self._twin, self._ground
        self._changed()
        for run_id in twin.escrow.runs:
            self._run(run_id, [*ground.agent_ids, *UNKNOWN_AGENTS])
        for agent_id in ground.agent_ids:
            self._agent(agent_id)
            self._rights(agent_id)
            for market in self._accounts_that_may_be_markets():
                self._locked(market, agent_id)
        self._money(
            {person.address for person in EVERYBODY} | {c.address for c in ground.contracts}
        )
        self._settings()
        self._unknown_ids()
        self._conservation()
        self._rows_of_an_indexer()

    # What is compared

    def _run(self, run_id: int, agents: list[int]) -> None:
        escrow, twin = self._ground.escrow, self._twin.escrow
        run = twin.get_run(run_id)
        self._tally.statuses[run.state.name] += 1
        self._tally.checked["INV-3"] += 1
        self._same(escrow, "getRun", run_id, says=run_words(run))
        self._same(escrow, "slashableAt", run_id, says=(twin.slashable_at(run_id),))
        self._same(escrow, "reviewEndsAt", run_id, says=(twin.review_ends_at(run_id),))
        now = self._ground.chain.now
        for agent_id in agents:
            reasons = twin.claim_eligibility(run_id, agent_id, now=now)
            self._same(escrow, "claimEligibility", run_id, agent_id, says=(reasons,))

    def _agent(self, agent_id: int) -> None:
        registry, twin = self._ground.registry, self._twin.registry
        agent = twin.get_agent(agent_id)
        status = twin.status_of(agent_id, now=self._ground.chain.now)
        self._tally.statuses[status.name] += 1
        self._tally.checked["INV-4"] += 1
        fields = (
            agent.staked,
            agent.locked,
            agent.staked_at,
            agent.claims,
            agent.completions,
            agent.rejections,
            agent.strikes,
            agent.frozen,
        )
        self._same(registry, "getAgent", agent_id, says=fields)
        self._same(registry, "statusOf", agent_id, says=(status,))
        self._same(registry, "availableStake", agent_id, says=(twin.available_stake(agent_id),))

    def _rights(self, agent_id: int) -> None:
        registry, twin = self._ground.registry, self._twin.registry
        for person in EVERYBODY:
            says = twin.is_operator(agent_id, person.address)
            self._same(registry, "isOperator", agent_id, person.address, says=(says,))
        if twin.identity.exists(agent_id):
            self._same(
                registry, "payoutWalletOf", agent_id, says=(twin.payout_wallet_of(agent_id),)
            )

    def _money(self, accounts: set[str]) -> None:
        ground, twin = self._ground, self._twin
        self._tally.checked["INV-5"] += 1
        for vault, twin_vault in ((ground.escrow, twin.escrow), (ground.registry, twin.registry)):
            owed = self._same(vault, "totalOwed", says=(twin_vault.total_owed(),))
            held = self._balance(vault.address)
            # Solvency (RUN-20), of the contract's own figures.
            self._tally.checked["INV-6"] += 1
            assert held >= owed, f"{vault.address} holds less than it owes"
            for account in sorted(accounts | twin_vault.credits.keys()):
                self._same(vault, "creditOf", account, says=(twin_vault.credit_of(account),))
        self._same(ground.escrow, "accruedFees", says=(twin.escrow.accrued_fees(),))
        self._same(ground.escrow, "runCount", says=(twin.escrow.run_count(),))
        vaults = {ground.escrow.address, ground.registry.address}
        for account in sorted((accounts | {twin.escrow.treasury}) - vaults):
            self._balance(account)

    def _balance(self, account: str) -> int:
        says = (self._twin.token.balance_of(account),)
        return self._same(self._ground.usdc, "balanceOf", account, says=says)

    def _settings(self) -> None:
        ground, twin = self._ground, self._twin
        self._same(ground.escrow, "paused", says=(twin.escrow.paused,))
        for vault, twin_vault in ((ground.escrow, twin.escrow), (ground.registry, twin.registry)):
            self._same(vault, "owner", says=(twin_vault.owner,))
        self._same(ground.escrow, "treasury", says=(twin.escrow.treasury,))
        self._markets()
        for run in twin.escrow.runs.values():
            self._same(ground.escrow, "feeOn", run.reward, says=(run.fee,))

    def _markets(self) -> None:
        registry, twin = self._ground.registry, self._twin.registry
        for account in self._accounts_that_may_be_markets():
            self._same(registry, "isMarket", account, says=(twin.is_market(account),))
            belongs = twin.belongs_to_system(account)
            self._same(registry, "belongsToSystem", account, says=(belongs,))

    def _locked(self, market: str, agent_id: int) -> None:
        """What a market may lock of an agent, and what it has locked: so much it can let go.

        RunEscrow cannot be asked so, and has locked what is left of the agent's locks.
        """
        registry, twin = self._ground.registry, self._twin.registry
        self._tally.checked["INV-12"] += 1
        allowance = twin.market_allowance(agent_id, market)
        self._same(registry, "marketAllowance", agent_id, market, says=(allowance,))
        allowed = twin.allows_claim(agent_id, market, MIN_STAKE)
        self._same(registry, "allowsClaim", agent_id, market, MIN_STAKE, says=(allowed,))
        if market == self._ground.escrow.address:
            return
        locked = twin.locked_by(market, agent_id)
        says: tuple[str | int, ...] = ("LockExceeded", agent_id, market, locked + 1, locked)
        if market not in twin.markets():
            says = ("NotMarket", market)
        self._refused(registry, "release", agent_id, locked + 1, 0, says=says, sender=market)

    def _accounts_that_may_be_markets(self) -> list[str]:
        known = {self._ground.escrow.address, *(person.address for person in MARKETS)}
        return sorted(known | self._twin.registry.markets())

    def _unknown_ids(self) -> None:
        for run_id in (0, self._twin.escrow.run_count() + 1):
            for view, more in (
                ("getRun", ()),
                ("slashableAt", ()),
                ("reviewEndsAt", ()),
                ("claimEligibility", (0,)),
            ):
                self._refused(self._ground.escrow, view, run_id, *more, says=("RunUnknown", run_id))
        for agent_id in UNKNOWN_AGENTS:
            self._refused(
                self._ground.registry, "payoutWalletOf", agent_id, says=("AgentUnknown", agent_id)
            )

    def _conservation(self) -> None:
        """No unit has come or gone: the twin's sum is the real one, as all balances are equal.

        The same for locks: what markets have locked is what agents have locked.
        """
        self._tally.checked["INV-7"] += 1
        assert sum(self._twin.token.balances.values()) == self._minted
        locked = Counter[int]()
        for (_, agent_id), amount in self._twin.registry.locks.items():
            locked[agent_id] += amount
        for agent_id, agent in self._twin.registry.agents.items():
            assert locked[agent_id] == agent.locked <= agent.staked
        known = {person.address for person in EVERYBODY} | {
            c.address for c in self._ground.contracts
        }
        assert self._twin.token.balances.keys() <= known

    def _rows_of_an_indexer(self) -> None:
        """Rows made of the events alone are what the views say."""
        ground, rows = self._ground, self._rebuilt
        assert rows.runs.keys() == self._twin.escrow.runs.keys()
        for run_id, run in rows.runs.items():
            self._same(ground.escrow, "getRun", run_id, says=run.words())
        for agent_id in ground.agent_ids:
            self._same(ground.registry, "getAgent", agent_id, says=rows.agent(agent_id).words())
        for vault in (ground.escrow, ground.registry):
            for person in EVERYBODY:
                credit = rows.credits[vault.address, person.address]
                self._same(vault, "creditOf", person.address, says=(credit,))
        self._same(ground.escrow, "accruedFees", says=(rows.fees,))
        for account in self._accounts_that_may_be_markets():
            self._same(ground.registry, "isMarket", account, says=(account in rows.markets,))
        self._tally.checked["INV-10"] += len(rows.runs) + len(ground.agent_ids)

    # How

    def _same(self, contract: Contract, view: str, *args: int | str, says: tuple[Any, ...]) -> int:
        """Compare an answer with what the rules say; return it as one number."""
        self._tally.views += 1
        answer = self._raw(contract, view, args)
        if answer != words(says):
            raise AssertionError(
                f"{view}{args}: the contract says {contract.view(view, *args)}, the rules {says}"
            )
        return int.from_bytes(answer, "big")

    def _refused(
        self,
        contract: Contract,
        view: str,
        *args: int,
        says: tuple[str | int, ...],
        sender: str = NOBODY,
    ) -> None:
        self._tally.views += 1
        with pytest.raises(Reverted) as refusal:
            self._raw(contract, view, args, sender)
        assert (refusal.value.name, *refusal.value.args_by_name.values()) == says

    def _raw(
        self, contract: Contract, view: str, args: tuple[int | str, ...], sender: str = NOBODY
    ) -> bytes:
        data = self._ground.selector(contract, view, args) + words(args)
        return self._ground.chain.call(contract.address, data, sender)

    def _one_in_turn(self, ids: Any) -> set[Any]:  # a dict's keys, a tuple or a list
        self._turn += 1
        return {list(ids)[self._turn % len(ids)]} if ids else set()

    def _changed(self) -> dict[str, set[Any]]:
        """Which records of the twin are others than at the last call."""
        current: dict[str, dict[Any, Any]] = {
            "runs": self._twin.escrow.runs,
            "agents": self._twin.registry.agents,
            "locks": self._twin.registry.locks,
            "allowances": self._twin.registry.allowances,
            "balances": self._twin.token.balances,
        }
        before, self._seen = self._seen, {name: dict(records) for name, records in current.items()}
        return {
            name: {
                key for key, record in records.items() if before.get(name, {}).get(key) != record
            }
            for name, records in current.items()
        }
