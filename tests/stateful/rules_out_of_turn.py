"""Calls that are out of turn, by anybody, on anything, also several at once."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from agentescrow.domain.constants import MIN_STAKE
from tests.stateful.offers import (
    Offer,
    Part,
    anybody,
    by_agent,
    by_poster,
    good_offers,
    offers,
    picks,
    posters,
    stakers,
    stakes,
    vias,
)
from tests.stateful.outcome import Via
from tests.stateful.people import Person
from tests.stateful.stage import CALLS, Stage


class OutOfTurnRules(Stage):
    """What nobody would call a good idea."""

    @precondition(lambda machine: machine.twin.escrow.runs)
    @rule(
        call=st.sampled_from(CALLS),
        pick=picks,
        agent_pick=picks,
        by=st.one_of(by_poster, by_agent),
        via=vias,
    )
    def somebody_calls_out_of_turn(
        self, call: str, pick: int, agent_pick: int, by: Part | Person, via: Via
    ) -> None:
        run_id = self.one_of(self.twin.escrow.runs, pick)
        agent_id = self.one_of(self.agents, agent_pick)
        run = self.run(run_id)
        sender = self.who(by, run, run.agent_id if run.claimed_at else agent_id)
        self.act(sender, call, run_id, *self.rest_of(call, agent_id), via=via)

    @rule(
        call=st.sampled_from(CALLS),
        by=anybody,
        run_id=st.sampled_from([0, 2**32, 2**40, 2**256 - 1]),
        agent_id=st.sampled_from([2**32 - 1, 2**32, 2**64, 2**256 - 1]),
        pick=picks,
    )
    def somebody_names_what_does_not_exist(
        self, call: str, by: Person, run_id: int, agent_id: int, pick: int
    ) -> None:
        self.act(by, call, run_id, *self.rest_of(call, agent_id))
        self.world.act(by, self.registry, "stake", agent_id, MIN_STAKE)
        self.world.act(by, self.registry, "unstake", agent_id, MIN_STAKE, by)
        if self.runs_for("claimRun"):
            self.act(by, "claimRun", self.run_for("claimRun", pick), agent_id)

    @precondition(lambda machine: machine.twin.escrow.runs)
    @rule(
        calls=st.lists(st.sampled_from(CALLS), min_size=2, max_size=3),
        pick=picks,
        agent_pick=picks,
        by=st.one_of(by_poster, by_agent),
        via=st.sampled_from([Via.DIRECTLY, Via.RELAYED]),
    )
    def somebody_does_several_things_at_once(
        self, calls: list[str], pick: int, agent_pick: int, by: Part | Person, via: Via
    ) -> None:
        run_id = self.one_of(self.twin.escrow.runs, pick)
        run = self.run(run_id)
        agent_id = run.agent_id if run.claimed_at else self.agent_for(run, agent_pick)
        together = [(call, run_id, *self.rest_of(call, agent_id)) for call in calls]
        self.world.act_together(self.who(by, run, agent_id), self.escrow, *together, via=via)

    @rule(
        poster=posters,
        offer=good_offers,
        bad=offers,
        via=st.sampled_from([Via.DIRECTLY, Via.RELAYED]),
    )
    def poster_posts_two_runs_at_once(
        self, poster: Person, offer: Offer, bad: Offer, via: Via
    ) -> None:
        terms = [("postRun", self.terms(each), "ipfs://task") for each in (offer, bad)]
        self.world.act_together(poster, self.escrow, *terms, via=via)

    @rule(
        by=stakers,
        agent_pick=picks,
        amounts=st.tuples(stakes, stakes),
        via=st.sampled_from([Via.DIRECTLY, Via.RELAYED]),
    )
    def somebody_stakes_for_two_agents_at_once(
        self, by: Person, agent_pick: int, amounts: tuple[int, int], via: Via
    ) -> None:
        agents = (self.one_of(self.agents, agent_pick), self.one_of(self.agents, agent_pick + 1))
        together = [("stake", agent, amount) for agent, amount in zip(agents, amounts, strict=True)]
        self.world.act_together(by, self.registry, *together, via=via)
