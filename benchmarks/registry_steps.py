"""StakeRegistry: every function that costs gas, in its common cases.

`lock`, `release` and `slash` are called by the escrow only and are part of its steps.
"""

from __future__ import annotations

from benchmarks import signed
from benchmarks.ground import PLAIN, STAKE, USDC, Ground
from benchmarks.step import Call, step

# Staking


@step("stake", "an agent's first")
def _stake(ground: Ground) -> Call:
    return Call(ground.agent, ground.registry, "stake", (ground.newcomer_id, STAKE))


@step("stake", "a top-up")
def _top_up(ground: Ground) -> Call:
    return Call(ground.agent, ground.registry, "stake", (ground.agent_id, STAKE))


@step("stake", "again after a slash")
def _stake_again(ground: Ground) -> Call:
    run = ground.claimed()
    ground.wait(31)
    ground.escrow.send(ground.poster, "slash", run)
    return Call(ground.agent, ground.registry, "stake", (ground.agent_id, STAKE))


@step("stakeWithAuthorization", "an agent's first", tokens=(USDC,))
def _stake_with_authorization(ground: Ground) -> Call:
    authorization = signed.stake_authorization(ground, ground.newcomer_id, STAKE)
    arguments = (ground.newcomer_id, STAKE, authorization)
    return Call(ground.outsider, ground.registry, "stakeWithAuthorization", arguments)


@step("multicall", "selfPermit + stake, an agent's first", tokens=(USDC,))
def _permit_and_stake(ground: Ground) -> Call:
    stake = ground.registry.calldata("stake", ground.newcomer_id, STAKE)
    permit = signed.self_permit(ground, ground.agent, ground.registry)
    return Call(ground.agent, ground.registry, "multicall", ([permit, stake],))


@step("unstake", "a part")
def _unstake(ground: Ground) -> Call:
    return Call(ground.agent, ground.registry, "unstake", (ground.agent_id, STAKE, ground.agent))


@step("unstake", "all")
def _unstake_all(ground: Ground) -> Call:
    return Call(
        ground.agent, ground.registry, "unstake", (ground.agent_id, 5 * STAKE, ground.agent)
    )


@step("allowMarket", tokens=(PLAIN,))
def _allow_market(ground: Ground) -> Call:
    ground.registry.send(ground.owner, "addMarket", ground.outsider)
    arguments = (ground.agent_id, ground.outsider, STAKE)
    return Call(ground.agent, ground.registry, "allowMarket", arguments)


# The owner


@step("addMarket", tokens=(PLAIN,))
def _add_market(ground: Ground) -> Call:
    return Call(ground.owner, ground.registry, "addMarket", (ground.outsider,))


@step("retireMarket", tokens=(PLAIN,))
def _retire_market(ground: Ground) -> Call:
    return Call(ground.owner, ground.registry, "retireMarket", (ground.escrow,))
