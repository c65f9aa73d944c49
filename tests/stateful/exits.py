"""The end of every example: everybody gets their money out (RUN-15, RUN-16, STAKE-6)."""

from __future__ import annotations

from hypothesis import note

from agentescrow.domain.runs.run import CLAIMED_STATES, FUNDED_STATES, RunState
from tests.stateful import people
from tests.stateful.outcome import DONE
from tests.stateful.people import BY_ADDRESS, Person
from tests.stateful.world import World


def everybody_leaves(world: World) -> None:
    """End every run, withdraw every credit, sweep the fees, unstake every stake: nothing is owed.

    Runs with odd numbers end without their posters, the others without their agents. What was the
    matter in the example lasts until the runs have ended: a pause, a blacklist, a silent registry.
    """
    note("  everybody leaves")
    world.spells.clear()
    for run_id, run in list(world.twin.escrow.runs.items()):
        if run.state in FUNDED_STATES and run_id % 2:
            _without_the_poster(world, run_id)
        elif run.state in FUNDED_STATES:
            _without_the_agent(world, run_id)
    _circle_relents(world)
    _second_markets_let_go(world)
    _credits(world)
    _fees(world)
    _stakes(world)
    world.comparison.everything()
    world.tally.checked["INV-9"] += len(world.twin.escrow.runs) + len(world.ground.agent_ids)
    for vault, twin in (
        (world.ground.escrow, world.twin.escrow),
        (world.ground.registry, world.twin.registry),
    ):
        assert twin.total_owed() == 0, "somebody's money is left"
        assert world.twin.token.balance_of(vault.address) == world.given[vault.address]


def _without_the_poster(world: World, run_id: int) -> None:
    escrow = world.ground.escrow
    run = world.twin.escrow.get_run(run_id)
    if run.state == RunState.OPEN:
        _as_soon_as_possible(world, people.outsider, "cancelRun", run_id, run.deadline)
        return
    if run.state != RunState.SUBMITTED:
        assert (
            world.act(BY_ADDRESS[run.wallet], escrow, "submitWork", run_id, "ipfs://last") == DONE
        )
    limit = world.twin.escrow.review_ends_at(run_id)
    _as_soon_as_possible(world, people.outsider, "finalize", run_id, limit)


def _without_the_agent(world: World, run_id: int) -> None:
    run = world.twin.escrow.get_run(run_id)
    call = {RunState.OPEN: "cancelRun", RunState.SUBMITTED: "approve"}.get(run.state, "slash")
    _as_soon_as_possible(world, BY_ADDRESS[run.poster], call, run_id, run.slashable_at)


def _as_soon_as_possible(world: World, sender: Person, call: str, run_id: int, limit: int) -> None:
    """Refused a second before the limit, and done at it; done at once where it is over."""
    escrow = world.ground.escrow
    if limit - 1 > world.now:
        assert world.act(sender, escrow, call, run_id, at=limit - 1) != DONE
    assert world.act(sender, escrow, call, run_id, at=max(limit, world.now + 1)) == DONE


def _circle_relents(world: World) -> None:
    """What Circle froze comes out when Circle lets go of USDC and of the contracts."""
    token = world.twin.token
    if token.paused:
        world.unpause_usdc()
    mine = (world.ground.escrow, world.ground.registry, people.safe_place)
    for account in {party.address for party in mine} & token.blacklisted:
        world.unblacklist(account)
    if world.silent_agents is not None:
        world.identity_answers()


def _second_markets_let_go(world: World) -> None:
    registry = world.ground.registry
    for (market, agent_id), amount in list(world.twin.registry.locks.items()):
        if amount and market in BY_ADDRESS:
            assert world.act(BY_ADDRESS[market], registry, "release", agent_id, amount, 0) == DONE
    assert not [run for run in world.twin.escrow.runs.values() if run.state in CLAIMED_STATES]


def _credits(world: World) -> None:
    for vault, twin in (
        (world.ground.escrow, world.twin.escrow),
        (world.ground.registry, world.twin.registry),
    ):
        for account in list(twin.credits):
            assert (
                world.act(BY_ADDRESS[account], vault, "withdrawCredit", people.safe_place) == DONE
            )


def _fees(world: World) -> None:
    if world.twin.escrow.accrued_fees():
        escrow = world.ground.escrow
        assert (
            world.act(BY_ADDRESS[world.twin.escrow.owner], escrow, "setTreasury", people.safe_place)
            == DONE
        )
        assert world.act(people.outsider, escrow, "sweepFees") == DONE


def _stakes(world: World) -> None:
    for agent_id in world.ground.agent_ids:
        available = world.twin.registry.available_stake(agent_id)
        if available:
            holder = BY_ADDRESS[world.twin.identity.agents[agent_id].owner]
            assert (
                world.act(
                    holder, world.ground.registry, "unstake", agent_id, available, people.safe_place
                )
                == DONE
            )
        assert world.twin.registry.get_agent(agent_id).staked == 0
