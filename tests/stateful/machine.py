"""The machine: everything that anybody can do, and the circumstances in which it happens."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import initialize

from agentescrow.domain.constants import (
    DAY,
    ESTABLISHED_AFTER,
    ESTABLISHED_COMPLETIONS,
    MIN_STAKE,
    ONE_USDC,
)
from tests.stateful import people
from tests.stateful.offers import Offer, good_offers
from tests.stateful.people import POSTERS
from tests.stateful.rules_circumstances import CircumstanceRules
from tests.stateful.rules_limits import LimitRules
from tests.stateful.rules_malformed import MalformedRules
from tests.stateful.rules_out_of_turn import OutOfTurnRules
from tests.stateful.rules_payments import PaymentRules
from tests.stateful.rules_runs import RunRules
from tests.stateful.rules_stakes import StakeRules
from tests.stateful.rules_stories import StoryRules


class EscrowMachine(
    RunRules,
    StoryRules,
    LimitRules,
    OutOfTurnRules,
    MalformedRules,
    StakeRules,
    PaymentRules,
    CircumstanceRules,
):
    """StakeRegistry, RunEscrow, USDC and the identity registry beside the twin."""

    @initialize(
        staked=st.sampled_from([(5, 1, 2, 1), (1, 0, 5, 1), (25, 3, 1, 0), (0, 0, 0, 0)]),
        first=st.lists(good_offers, max_size=4),
        market=st.booleans(),
        experienced=st.sampled_from([False, False, True]),
    )
    def the_day_begins(
        self, staked: tuple[int, ...], first: list[Offer], market: bool, experienced: bool
    ) -> None:
        """Stakes, open runs, perhaps an ESTABLISHED agent, perhaps a third market."""
        for agent_id, runs in zip(self.agents, staked, strict=True):
            if runs:
                self.act_registry(people.rich_poster, "stake", agent_id, runs * MIN_STAKE)
        if experienced:
            self._one_becomes_established()
        if market:
            self.a_market_is_added_and_allowed(0, MIN_STAKE)
        for number, offer in enumerate(first):
            self.act(POSTERS[number % len(POSTERS)], "postRun", self.terms(offer), "ipfs://task")

    def _one_becomes_established(self) -> None:
        """Not a second before its 30 days are over (STAKE-5)."""
        self.runs_go_well(people.rich_poster, Offer(ONE_USDC, DAY), 0, ESTABLISHED_COMPLETIONS)
        best = max(
            self.twin.registry.agents.values(), key=lambda agent: agent.completions, default=None
        )
        if best is not None and best.staked_at:
            self.world.pass_time(best.staked_at + ESTABLISHED_AFTER - 1)
            self.world.pass_time(best.staked_at + ESTABLISHED_AFTER)
