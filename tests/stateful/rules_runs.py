"""What posters and agents do with runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.stateful.offers import (
    Offer,
    Part,
    anybody,
    by_agent,
    by_poster,
    offers,
    offsets,
    picks,
    posters,
    texts,
    vias,
)
from tests.stateful.outcome import Via
from tests.stateful.people import Person
from tests.stateful.stage import Stage

_Rule = TypeVar("_Rule", bound=Callable[..., None])


def _is_there(call: str) -> Callable[[_Rule], _Rule]:
    """A rule for runs in the states in which the call is allowed."""
    return precondition(lambda machine: bool(machine.runs_for(call)))


class RunRules(Stage):
    """The life of a run, by the right people and by others."""

    @rule(poster=posters, offer=offers, text=texts, via=vias)
    def poster_drafts_a_run(self, poster: Person, offer: Offer, text: str, via: Via) -> None:
        self.act(poster, "createRun", self.terms(offer), text, via=via)

    @rule(poster=posters, offer=offers, text=texts, via=vias)
    def poster_posts_a_run(self, poster: Person, offer: Offer, text: str, via: Via) -> None:
        self.act(poster, "postRun", self.terms(offer), text, via=via)

    @_is_there("fundRun")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_funds_a_draft(
        self, pick: int, by: Part | Person, offset: int | None, via: Via
    ) -> None:
        run_id = self.run_for("fundRun", pick)
        self.call_by_poster("fundRun", run_id, by, offset, self.run(run_id).deadline, via)

    @_is_there("claimRun")
    @rule(
        pick=picks,
        agent_pick=picks,
        any_agent=st.sampled_from([False] * 4 + [True]),
        by=by_agent,
        offset=offsets,
        via=vias,
    )
    def agent_claims_a_run(
        self,
        pick: int,
        agent_pick: int,
        any_agent: bool,
        by: Part | Person,
        offset: int | None,
        via: Via,
    ) -> None:
        run_id = self.run_for("claimRun", pick)
        run = self.run(run_id)
        agent_id = (
            self.one_of(self.agents, agent_pick) if any_agent else self.agent_for(run, agent_pick)
        )
        at = self.world.moment(offset, run.deadline)
        self.act(self.who(by, None, agent_id), "claimRun", run_id, agent_id, at=at, via=via)

    @_is_there("startRun")
    @rule(pick=picks, by=by_agent, via=vias)
    def agent_starts(self, pick: int, by: Part | Person, via: Via) -> None:
        run_id = self.run_for("startRun", pick)
        self.call_by_agent("startRun", run_id, (), by, None, 0, via)

    @_is_there("submitWork")
    @rule(
        pick=picks,
        by=by_agent,
        text=texts,
        offset=offsets,
        around_the_deadline=st.booleans(),
        via=vias,
    )
    def agent_submits(
        self,
        pick: int,
        by: Part | Person,
        text: str,
        offset: int | None,
        around_the_deadline: bool,
        via: Via,
    ) -> None:
        run_id = self.run_for("submitWork", pick)
        run = self.run(run_id)
        limit = run.deadline if around_the_deadline else run.slashable_at
        self.call_by_agent("submitWork", run_id, (text,), by, offset, limit, via)

    @_is_there("abandonRun")
    @rule(pick=picks, by=by_agent, offset=offsets, via=vias)
    def agent_abandons(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("abandonRun", pick)
        self.call_by_agent(
            "abandonRun", run_id, (), by, offset, self.run(run_id).abandon_ends_at, via
        )

    @_is_there("approve")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_approves(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("approve", pick)
        self.call_by_poster("approve", run_id, by, offset, self.run(run_id).review_ends_at, via)

    @_is_there("requestRevision")
    @rule(pick=picks, by=by_poster, text=texts, offset=offsets, via=vias)
    def poster_requests_a_revision(
        self, pick: int, by: Part | Person, text: str, offset: int | None, via: Via
    ) -> None:
        run_id = self.run_for("requestRevision", pick)
        self.call_by_poster(
            "requestRevision", run_id, by, offset, self.run(run_id).review_ends_at, via, text
        )

    @_is_there("reject")
    @rule(pick=picks, by=by_poster, text=texts, offset=offsets, via=vias)
    def poster_rejects(
        self, pick: int, by: Part | Person, text: str, offset: int | None, via: Via
    ) -> None:
        run_id = self.run_for("reject", pick)
        self.call_by_poster(
            "reject", run_id, by, offset, self.run(run_id).review_ends_at, via, text
        )

    @_is_there("finalize")
    @rule(pick=picks, by=anybody, offset=offsets, via=vias)
    def anybody_finalizes(self, pick: int, by: Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("finalize", pick)
        at = self.world.moment(offset, self.run(run_id).review_ends_at)
        self.act(by, "finalize", run_id, at=at, via=via)

    @_is_there("slash")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_slashes(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("slash", pick)
        self.call_by_poster("slash", run_id, by, offset, self.run(run_id).slashable_at, via)

    @_is_there("cancelRun")
    @rule(pick=picks, by=by_poster, offset=offsets, via=vias)
    def poster_cancels(self, pick: int, by: Part | Person, offset: int | None, via: Via) -> None:
        run_id = self.run_for("cancelRun", pick)
        self.call_by_poster("cancelRun", run_id, by, offset, self.run(run_id).deadline, via)
