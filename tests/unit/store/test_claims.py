"""Who counts as operator of an agent, and what is asked where nothing is known."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert

from agentescrow.domain.runs.eligibility import Ineligibility
from agentescrow.domain.runs.run import RunState
from agentescrow.store.runs.eligibility import find_claim_eligibility
from agentescrow.store.tables import (
    agents,
    blocks,
    market_allowances,
    markets,
    operators,
    position,
    runs,
    vaults,
)

POSTER, OWNER, OUTSIDER = "0x" + "A" * 40, "0x" + "B" * 40, "0x" + "C" * 40
ESCROW = "0x" + "D" * 40
USDC = 10**6
NOW = 1_700_000_000


@pytest.fixture
def connection(database):
    """One OPEN run of the poster, as of now."""
    with database.begin() as connection:
        connection.execute(
            insert(blocks).values(number=1, hash="0x1", parent_hash="0x0", time=NOW, digest="")
        )
        connection.execute(
            insert(runs).values(
                _empty(runs)
                | {
                    "run_id": 1,
                    "poster": POSTER,
                    "state": int(RunState.OPEN),
                    "reward": USDC,
                    "fee": 50_000,
                    "deadline": NOW + 86_400,
                    "review_days": 7,
                    "min_status": 1,
                    "ipfs_hash": "",
                    "agent_id": None,
                    "wallet": None,
                    "abandoned": False,
                }
            )
        )
        connection.execute(
            insert(position).values(
                _empty(position) | {"contracts": json.dumps({"RunEscrow": ESCROW})}
            )
        )
        connection.execute(
            insert(markets).values(market=ESCROW, of_constructor=True, retired=False)
        )
        yield connection


def add_agent(connection, agent_id=7, **known):
    empty = _empty(agents) | {"uri": "", "frozen": False, "owner": OWNER}
    empty |= {"approved": None, "wallet": None, "agent_id": agent_id, "staked": 20 * USDC}
    connection.execute(insert(agents).values(empty | known))


@pytest.mark.parametrize("column", ["owner", "wallet", "approved"])
def test_claimability__poster_is_owner_wallet_or_approved__is_a_self_claim(connection, column):
    """RUN-5: each of them may act for the agent; the wallet is paid by the run."""
    add_agent(connection, **{column: POSTER})

    assert find_claim_eligibility(connection, 1, 7).bits == Ineligibility.SELF_CLAIM


@pytest.mark.parametrize("column", ["owner", "wallet", "approved"])
def test_claimability__somebody_else_is__is_none(connection, column):
    """RUN-5: only the poster's own agents are refused."""
    add_agent(connection, **{column: OUTSIDER})

    assert find_claim_eligibility(connection, 1, 7).bits == 0


def test_claimability__operator_of_another_owner__is_no_self_claim(connection):
    """RUN-5: an approval for all is of one owner for one operator, in this direction."""
    add_agent(connection)
    for owner, operator in ((OUTSIDER, POSTER), (POSTER, OWNER), (OWNER, OUTSIDER)):
        connection.execute(insert(operators).values(owner=owner, operator=operator))
    assert find_claim_eligibility(connection, 1, 7).bits == 0

    connection.execute(insert(operators).values(owner=OWNER, operator=POSTER))
    assert find_claim_eligibility(connection, 1, 7).bits == Ineligibility.SELF_CLAIM


def test_claimability__agent_that_is_gone_or_beyond__is_unknown(connection):
    """RUN-5: without an owner the identity registry knows it no more; ids have 32 bits."""
    add_agent(connection, 0)
    add_agent(connection, 2**32 - 1)
    add_agent(connection, 2**32)
    add_agent(connection, 8, owner=None)

    assert find_claim_eligibility(connection, 1, 0).bits == 0
    assert find_claim_eligibility(connection, 1, 2**32 - 1).bits == 0
    for unknown in (8, 9, 2**32):
        found = find_claim_eligibility(connection, 1, unknown)
        assert found.agent is None
        assert Ineligibility.AGENT_UNKNOWN in found.bits


def test_claimability__paused_escrow__is_a_reason(connection):
    """RUN-18: of the escrow; the registry is never paused."""
    add_agent(connection)
    for contract, paused in (("StakeRegistry", True), ("RunEscrow", False)):
        nobody = {"owner": None, "treasury": None, "created_in": None}
        row = _empty(vaults) | nobody | {"contract": contract}
        connection.execute(insert(vaults).values(row | {"paused": paused}))
    assert find_claim_eligibility(connection, 1, 7).bits == 0

    connection.execute(vaults.update().values(paused=True))
    assert find_claim_eligibility(connection, 1, 7).bits == Ineligibility.PAUSED


@pytest.mark.parametrize(
    ("of_constructor", "retired", "allowed", "refused"),
    [
        (True, False, None, False),
        (True, True, None, True),
        (False, False, None, True),
        (False, False, (OWNER, 20 * USDC, 0), False),
        (False, False, (OWNER, 20 * USDC - 1, 0), True),
        (False, False, (OWNER, 40 * USDC, 20 * USDC), False),
        (False, False, (OWNER, 40 * USDC, 20 * USDC + 1), True),
        (False, False, (OUTSIDER, 20 * USDC, 0), True),
        (False, True, (OWNER, 20 * USDC, 0), True),
    ],
)
def test_claimability__market__may_lock_or_not(
    connection, of_constructor, retired, allowed, refused
):
    """STAKE-9: cap, lock, whose leave it is, and whether the market is retired."""
    add_agent(connection)
    connection.execute(markets.update().values(of_constructor=of_constructor, retired=retired))
    if allowed is not None:
        owner, cap, locked = allowed
        row = {"agent_id": 7, "market": ESCROW, "owner": owner, "cap": cap, "locked": locked}
        connection.execute(insert(market_allowances).values(row))
        connection.execute(insert(market_allowances).values(row | {"agent_id": 8}))

    bits = find_claim_eligibility(connection, 1, 7).bits

    assert bits == (Ineligibility.MARKET_NOT_ALLOWED if refused else 0)


def test_claimability__escrow_that_is_no_market__may_lock_nothing(connection):
    """STAKE-3: another market does not help."""
    add_agent(connection)
    connection.execute(markets.update().values(market=OUTSIDER))

    assert find_claim_eligibility(connection, 1, 7).bits == Ineligibility.MARKET_NOT_ALLOWED


def test_claimability__without_a_block_or_a_run__is_none(connection):
    """API-6: the answer is as of a block, whose time is now."""
    add_agent(connection)
    assert find_claim_eligibility(connection, 1, 7).block.time == NOW
    assert find_claim_eligibility(connection, 2, 7) is None

    connection.execute(blocks.delete())
    assert find_claim_eligibility(connection, 1, 7) is None


def test_claimability__run_that_nobody_claimed__has_zeros_as_the_contract_has(connection):
    """RUN-5: what the database knows nothing of is zero, not one."""
    add_agent(connection)
    connection.execute(runs.update().values(claimed_at=None, submitted_at=None, agent_id=None))
    connection.execute(runs.update().values(revision_due_at=None, wallet=None))
    found = find_claim_eligibility(connection, 1, 7).run

    assert (found.claimed_at, found.submitted_at, found.revision_due_at) == (0, 0, 0)
    assert (found.agent_id, found.wallet) == (0, "0x" + "0" * 40)
    assert (found.poster, found.reward, found.fee) == (POSTER, USDC, 50_000)


def _empty(table):
    return dict.fromkeys(table.c.keys(), 0)
