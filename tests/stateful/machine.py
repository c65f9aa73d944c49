"""The machine: everything that anybody can do, and the circumstances in which it happens."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from agentescrow.domain.constants import MIN_STAKE
from tests.stateful import people
from tests.stateful.rules_circumstances import CircumstanceRules
from tests.stateful.rules_runs import RunRules
from tests.stateful.rules_stakes import StakeRules


class EscrowMachine(RunRules, StakeRules, CircumstanceRules):
    """StakeRegistry, RunEscrow, USDC and the identity registry beside the twin."""

    @initialize(staked=st.sampled_from([(5, 1, 2, 1), (1, 0, 5, 1), (0, 0, 0, 0), (25, 3, 1, 0)]))
    def agents_stake(self, staked: tuple[int, ...]) -> None:
        """Some agents begin with the stake of some runs."""
        for agent_id, runs in zip(self.agents, staked, strict=True):
            if runs:
                self._registry(people.rich_poster, "stake", agent_id, runs * MIN_STAKE)
