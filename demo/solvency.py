"""Check that both contracts hold what they owe, and to whom (RUN-20)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agentescrow.chain.vault import Vault
from demo.stage import Stage
from demo.wording import usdc


@dataclass(frozen=True)
class Holding:
    """Balance and debts of one contract, in base units.

    Attributes:
        name: Name of the contract.
        balance: Its USDC.
        owed: Its `totalOwed`.
        debts: The single debts, read from runs, stakes, fees and credits.
    """

    name: str
    balance: int
    owed: int
    debts: dict[str, int]

    @property
    def described(self) -> str:
        """The debts as text."""
        return (
            " + ".join(f"{usdc(amount)} {what}" for what, amount in self.debts.items()) or "nothing"
        )

    def problems(self) -> Iterator[str]:
        """Describe what does not add up."""
        if self.balance != self.owed:
            yield f"{self.name} holds {usdc(self.balance)} and owes {usdc(self.owed)}"
        if sum(self.debts.values()) != self.owed:
            yield f"{self.name} says it owes {usdc(self.owed)}, but it owes {self.described}"


def holdings(stage: Stage) -> tuple[Holding, Holding]:
    """Read the holdings of RunEscrow and StakeRegistry."""
    contracts = stage.contracts
    escrow, registry = contracts.runs, contracts.registry
    runs = {run_id: escrow.get_run(run_id) for run_id in range(1, escrow.run_count() + 1)}
    owed = {f"for run {run_id} ({run.state.name})": run.escrowed for run_id, run in runs.items()}
    owed |= {"fees": escrow.accrued_fees()}
    stakes = {
        f"stake of agent {actor.agent}": registry.get_agent(actor.agent).staked
        for actor in stage.cast.agents
    }
    return _holding(stage, "RunEscrow", escrow, owed), _holding(
        stage, "StakeRegistry", registry, stakes
    )


def _holding(stage: Stage, name: str, vault: Vault, debts: dict[str, int]) -> Holding:
    credits = {
        f"credit of {actor.name}": vault.credit_of(actor.address) for actor in stage.cast.everybody
    }
    owed = {what: amount for what, amount in {**debts, **credits}.items() if amount}
    balance = stage.contracts.usdc.balance_of(vault.address)
    return Holding(name, balance, vault.total_owed(), owed)
