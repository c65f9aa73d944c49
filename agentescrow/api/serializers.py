"""Rows of the index as the JSON of the API: the keys and the order of the shapes in `wire`.

Nothing is validated on the way out, the database holds what the contracts let pass; that it fits
the shapes is what tests are for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from pydantic.alias_generators import to_camel

from agentescrow.domain.agent import AgentStatus, can_claim_runs, reputation_score, status_of
from agentescrow.domain.constants import MAX_TEXT, MIN_STAKE
from agentescrow.domain.runs.eligibility import reasons
from agentescrow.domain.runs.run import RunState, due_at
from agentescrow.store.agents.markets import MarketAllowance
from agentescrow.store.agents.queries import agent_of
from agentescrow.store.people.relays import PENDING, Relay
from agentescrow.store.runs.eligibility import ClaimEligibility
from agentescrow.store.schema import AnyRow
from agentescrow.wire.shape import iso_time

Json = dict[str, Any]

_ELLIPSIS = "…"
_STATES = [state.name for state in RunState]
_STATUSES = [status.name for status in AgentStatus]


def run_card(row: AnyRow) -> Json:
    """A run: `wire.runs.Run`.

    Args:
        row: Of `runs`.
    """
    return {
        "bountyId": row.run_id,
        "posterAddress": row.poster,
        "ipfsHash": row.ipfs_hash,
        "reward": str(row.reward),
        "deadline": iso_time(row.deadline),
        "state": _STATES[row.state],
        "claimedBy": row.agent_id,
        "claimedByWallet": row.wallet,
        "stake": None if row.stake is None else str(row.stake),
        "deliverableHash": row.deliverable,
        "claimedAt": _time(row.claimed_at),
        "submittedAt": _time(row.submitted_at),
        "createdAt": iso_time(row.created_at),
        "fee": str(row.fee),
        "reviewDays": row.review_days,
        "maxRevisions": row.max_revisions,
        "revisions": row.revisions,
        "minStatus": _STATUSES[row.min_status],
        "dueAt": _time(due_at(row) or None),
        "feedback": row.feedback,
        "reason": row.reason,
        "abandoned": bool(row.abandoned),
    }


def event_card(row: AnyRow) -> Json:
    """An event: `wire.runs.Event`; it may be one of many, so its texts are cut.

    Args:
        row: Of `events`.
    """
    return {
        "id": f"{row.block_number}:{row.log_index}",
        "name": row.name,
        "contract": row.contract,
        "runId": row.run_id,
        "agentId": row.agent_id,
        "transactionHash": row.tx_hash,
        "blockNumber": row.block_number,
        "time": iso_time(row.time),
        "data": {_key(key): _plain(value) for key, value in orjson.loads(row.data).items()},
    }


def removed_card(row: AnyRow) -> Json:
    """An event that a reorganisation has taken back.

    Args:
        row: Of `taken_back`.
    """
    return {**event_card(row), "removed": True}


def listed_agent_card(row: AnyRow, now: int) -> Json:
    """One of many agents: `wire.agents.Agent`, with its URI cut.

    Args:
        row: Of `agents`, with an owner.
        now: Time of the indexed block.
    """
    return {**agent_card(row, now), "agentURI": _cut(row.uri)}


def agent_card(row: AnyRow, now: int) -> Json:
    """An agent: `wire.agents.Agent`.

    Args:
        row: Of `agents`, with an owner.
        now: Time of the indexed block.
    """
    agent = agent_of(row)
    return {
        "id": row.agent_id,
        "ownerAddress": row.owner,
        "walletAddress": row.wallet or row.owner,
        "status": status_of(agent, now).name,
        "stakedAmount": str(agent.staked),
        "availableStake": str(agent.available),
        "lockedStake": str(agent.locked),
        "strikes": agent.strikes,
        "reputation": {
            "score": float(reputation_score(agent)),
            "completions": agent.completions,
            "totalClaimed": agent.claims,
            "totalVolume": str(row.total_volume),
        },
        "agentURI": row.uri,
    }


def stake_card(row: AnyRow, now: int) -> Json:
    """An agent's stake: `wire.agents.StakeInfo`.

    Args:
        row: Of `agents`.
        now: Time of the indexed block.
    """
    agent = agent_of(row)
    return {
        "agentId": row.agent_id,
        "isStaked": agent.has_min_stake,
        "hasMinStake": agent.has_min_stake,
        "canClaimRuns": can_claim_runs(agent, now),
        "status": status_of(agent, now).name,
        "stakedAmount": str(agent.staked),
        "availableStake": str(agent.available),
        "lockedStake": str(agent.locked),
        "minStake": str(MIN_STAKE),
        "stakedAt": _time(agent.staked_at or None),
    }


def markets_card(agent_id: int, found: Sequence[MarketAllowance]) -> Json:
    """What markets may lock of an agent's stake: `wire.agents.AgentMarkets`.

    Args:
        agent_id: Number of the agent.
        found: The markets.
    """
    return {
        "agentId": agent_id,
        "markets": [
            {
                "market": each.market,
                "retired": each.retired,
                "cap": None if each.cap is None else str(each.cap),
                "locked": None if each.locked is None else str(each.locked),
            }
            for each in found
        ],
    }


def credits_card(account: str, owed: Mapping[str, int]) -> Json:
    """What USDC refused to pay an account.

    Args:
        account: In checksum case.
        owed: Base units by the contract's name.
    """
    return {
        "account": account,
        "runEscrow": str(owed.get("RunEscrow", 0)),
        "stakeRegistry": str(owed.get("StakeRegistry", 0)),
    }


def claiming_agent_card(row: AnyRow, now: int) -> Json:
    """The agent in the answer to a claim: `wire.runs.ClaimingAgent`.

    Args:
        row: Of `agents`.
        now: Time of the indexed block.
    """
    agent = agent_of(row)
    return {
        "id": row.agent_id,
        "status": status_of(agent, now).name,
        "stakedAmount": str(agent.staked),
    }


def relay_card(relay: Relay) -> Json:
    """What has become of a signed request: `wire.relay.RelayStatus`.

    Args:
        relay: The request.
    """
    return {
        "id": relay.request_id,
        "status": relay.status,
        "transactionHash": relay.tx_hash,
        "blockNumber": relay.block_number,
        "problem": relay.problem,
        "statusUrl": f"/api/requests/{relay.request_id}",
    }


def signed_request_card(relay: Relay) -> Json:
    """One of a signer's requests: `wire.relay.SignedRequest`.

    What is not carried yet others could be quicker to do, so it is not told what it is.

    Args:
        relay: The request.
    """
    told = relay.status != PENDING
    return relay_card(relay) | {
        "acceptedAt": iso_time(relay.accepted_at),
        "function": relay.function if told else None,
        "runId": relay.run_id if told else None,
    }


def eligibility_card(found: ClaimEligibility, run_id: int, agent_id: int) -> Json:
    """The contract's answer: `wire.eligibility.Eligibility`.

    Args:
        found: With an agent.
        run_id: Number of the run.
        agent_id: Number of the agent.
    """
    assert found.agent is not None
    against = reasons(found.bits)
    return {
        "eligible": not against,
        "reasons": [reason.sentence for reason in against],
        "reasonCodes": [reason.code for reason in against],
        "agent": {
            "id": agent_id,
            "status": status_of(found.agent, found.block.time).name,
            "stakedAmount": str(found.agent.staked),
            "hasMinStake": found.agent.has_min_stake,
        },
        "run": {"id": run_id, "state": found.run.state.name, "reward": str(found.run.reward)},
    }


def pagination_card(page: int, limit: int, total: int, next_cursor: str | None) -> Json:
    """Where a page is in its list: `wire.pagination.Pagination`.

    Args:
        page: Its number.
        limit: Most items on a page.
        total: Items of the whole list.
        next_cursor: For the page after, or None.
    """
    return {
        "page": page,
        "limit": limit,
        "total": total,
        "totalPages": -(-total // limit),
        "nextCursor": next_cursor,
    }


def _time(timestamp: int | None) -> str | None:
    return None if timestamp is None else iso_time(timestamp)


@cache
def _key(name: str) -> str:
    """The name of an event's value as Solidity has it: `from_` is a word of Python's."""
    camel = to_camel(name.rstrip("_"))
    return camel.removesuffix("Uri") + "URI" if camel.endswith("Uri") else camel


def _cut(text: str) -> str:
    """Bound what others have stored: the identity registry takes texts of any length."""
    written = text.encode(errors="replace")
    if len(written) <= MAX_TEXT:
        return text
    return written[: MAX_TEXT - len(_ELLIPSIS.encode())].decode(errors="ignore") + _ELLIPSIS


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, str):
        return _cut(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
