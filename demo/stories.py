"""The four stories that are played without a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from web3 import Web3

from agentescrow.domain.constants import DAY, MIN_STAKE, ONE_USDC
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.runs.terms import RunTerms
from demo import verbs
from demo.cast import Actor
from demo.stage import Ending, Stage
from demo.wording import usdc
from localnet import usdc as circle

_HOUR: Final = 3600
_AGENTS: Final = "https://example.com/agents"


def prepare(stage: Stage) -> None:
    """Add the newcomer, who has USDC and no ETH."""
    newcomer = stage.cast.hire("newcomer", "newcomer", ether=0)
    circle.mint(stage.contracts.w3, newcomer.address, MIN_STAKE)


def work(stage: Stage) -> None:
    """Post, claim, start, submit, revise, resubmit, approve."""
    poster = stage.cast.named("poster")
    agent = verbs.register(stage, stage.cast.named("agent"), f"{_AGENTS}/translator.json")
    verbs.stake(stage, agent, MIN_STAKE)
    verbs.allow(stage, poster, 210 * ONE_USDC)
    run = _posted(stage, 100 * ONE_USDC, "Translate the handbook into Portuguese")
    stage.later(2 * _HOUR)
    verbs.claim(stage, agent, run)
    verbs.start(stage, agent, run)
    stage.later(20 * _HOUR)
    verbs.submit(stage, agent, run)
    stage.later(3 * _HOUR)
    verbs.revise(stage, poster, run, "chapter 4 is missing")
    stage.later(9 * _HOUR)
    verbs.submit(stage, agent, run, again=True)
    stage.later(1 * _HOUR)
    verbs.approve(stage, poster, run)
    stage.endings.append(Ending(run, "approved, once revised", RunState.APPROVED, agent))


def vanishing(stage: Stage) -> None:
    """An agent claims and vanishes: slash, compensation, FROZEN, re-stake."""
    poster, agent = stage.cast.named("poster"), stage.cast.named("agent")
    run = _posted(stage, 10 * ONE_USDC, "Check the links of the handbook")
    stage.later(1 * _HOUR)
    verbs.claim(stage, agent, run)
    stage.travel_to(stage.contracts.runs.slashable_at(run))
    verbs.slash(stage, poster, run, agent)
    stage.endings.append(Ending(run, "slashed", RunState.SLASHED, agent))
    following = _posted(stage, 50 * ONE_USDC, "Draw the maps of the handbook")
    verbs.fail_to_claim(stage, agent, following)
    verbs.stake(stage, agent, MIN_STAKE)
    verbs.claim(stage, agent, following)


def silence(stage: Stage) -> None:
    """The poster does not answer: anyone finalizes."""
    agent, outsider = stage.cast.named("agent"), stage.cast.named("outsider")
    run = stage.contracts.runs.run_count()  # claimed at the end of the previous story
    stage.later(30 * _HOUR)
    verbs.submit(stage, agent, run)
    stage.travel_to(stage.contracts.runs.review_ends_at(run))
    verbs.finalize(stage, outsider, run)
    stage.endings.append(Ending(run, "approved by silence", RunState.APPROVED, agent))
    verbs.sweep(stage, outsider)


def without_ether(stage: Stage) -> None:
    """An agent without ETH signs; a relayer sends and pays."""
    poster, relayer = stage.cast.named("poster"), stage.cast.named("relayer")
    newcomer, before = stage.cast.named("newcomer"), _ether(stage, relayer)
    stage.tell(newcomer, f"has {usdc(MIN_STAKE)} and {_ether(stage, newcomer)} ETH")
    registered = verbs.register(stage, relayer, f"{_AGENTS}/newcomer.json")
    newcomer = verbs.hand_over(stage, registered, newcomer)
    verbs.stake_unaided(stage, newcomer, relayer)
    run = _posted(stage, 40 * ONE_USDC, "Read the handbook aloud")
    verbs.claim(stage, newcomer.signing_only(), run)
    stage.later(5 * _HOUR)
    verbs.submit(stage, newcomer.signing_only(), run)
    stage.later(1 * _HOUR)
    verbs.approve(stage, poster, run)
    stage.endings.append(Ending(run, "approved, without ETH", RunState.APPROVED, newcomer))
    earned = usdc(stage.contracts.usdc.balance_of(newcomer.address))
    stage.tell(newcomer, f"has earned {earned}, and still has {_ether(stage, newcomer)} ETH")
    spent = Web3.from_wei(before - _ether(stage, relayer), "ether")
    stage.tell(relayer, f"has spent {spent:.6f} ETH on gas")


STORIES: Final[tuple[tuple[str, Callable[[Stage], None]], ...]] = (
    ("Work, a revision, approval", work),
    ("An agent vanishes: slash, compensation, FROZEN, re-stake", vanishing),
    ("A poster stays silent: anyone finalizes", silence),
    ("An agent without ETH signs, a relayer pays the gas", without_ether),
)
"""Headings and stories, in order."""


def play(stage: Stage) -> None:
    """Play all stories."""
    with stage.display.progress("stories", len(STORIES)):
        for number, (title, story) in enumerate(STORIES, 1):
            stage.display.heading(f"{number}. {title}")
            story(stage)
            stage.display.advance()


def _posted(stage: Stage, reward: int, description: str) -> int:
    terms = RunTerms(reward, stage.now + 3 * DAY)
    return verbs.post(stage, stage.cast.named("poster"), terms, description)


def _ether(stage: Stage, actor: Actor) -> int:
    return stage.contracts.w3.eth.get_balance(Web3.to_checksum_address(actor.address))
