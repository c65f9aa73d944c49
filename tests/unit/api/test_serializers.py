"""Serializers compiled from shapes write what the shapes write."""

from __future__ import annotations

import json
from decimal import Decimal
from types import SimpleNamespace

import pytest

from agentescrow.api.agents.serializers import serialize_agent, serialize_stake
from agentescrow.api.credits.serializers import serialize_credits
from agentescrow.api.runs.serializers import serialize_run
from agentescrow.api.serializers import (
    serialize_event,
    serialize_pagination,
    serialize_removed_event,
    serialize_signed_request,
    serializer,
)
from agentescrow.domain.contracts import VAULTS
from agentescrow.store.people.relays import MINED, PENDING, Relay
from agentescrow.wire.agents import Agent, Reputation, StakeInfo
from agentescrow.wire.credits import Credits, WithdrawBody
from agentescrow.wire.events import Event
from agentescrow.wire.relay import SignedRequest
from agentescrow.wire.runs import Run

ACCOUNT = "0x" + "1" * 40
NOW = 1_700_000_000
CLAIMED_RUN = {
    **{"run_id": 7, "poster": ACCOUNT, "ipfs_hash": "ipfs://x", "reward": 5, "fee": 1},
    **{"deadline": NOW, "state": 2, "agent_id": 3, "wallet": ACCOUNT, "stake": 20},
    **{"deliverable": None, "claimed_at": NOW, "submitted_at": None, "created_at": NOW},
    **{"review_days": 7, "max_revisions": 1, "revisions": 0, "min_status": 1},
    **{"revision_due_at": None, "feedback": None, "reason": None, "abandoned": 0},
}
OPEN_RUN = {**CLAIMED_RUN, "state": 1, "claimed_at": None, "stake": None, "agent_id": None}
AGENT = {
    **{"agent_id": 3, "owner": ACCOUNT, "wallet": None, "uri": "ipfs://a", "staked": 40},
    **{"locked": 20, "staked_at": 0, "claims": 2, "completions": 1, "rejections": 0},
    **{"strikes": 0, "frozen": 0, "total_volume": 9},
}


def require_same(written, shape):
    """The shape reads the JSON, and writes it again with the same keys in the same order."""
    again = shape.model_validate(written).model_dump_json()
    assert again == json.dumps(written, separators=(",", ":"))


@pytest.mark.parametrize("row", [CLAIMED_RUN, OPEN_RUN], ids=["claimed", "open"])
def test_run__is_what_its_shape_writes(row):
    """API-2: keys, order and types."""
    require_same(serialize_run(SimpleNamespace(**row)), Run)


def test_agent__is_what_its_shape_writes():
    """API-2."""
    row = SimpleNamespace(**AGENT)

    require_same(serialize_agent(row, NOW), Agent)
    require_same(serialize_stake(row, NOW), StakeInfo)


@pytest.mark.parametrize("status", [PENDING, MINED])
def test_signed_request__is_what_its_shape_writes(status):
    """API-4."""
    relay = Relay("0x1", ACCOUNT, 0, ACCOUNT, "0x", 1, NOW, NOW, 5, status=status)

    require_same(serialize_signed_request(relay), SignedRequest)


def test_event__is_what_its_shape_writes__also_if_it_is_removed():
    """API-6: `removed` is there only if it is true."""
    row = SimpleNamespace(
        **{"block_number": 2, "log_index": 1, "name": "RunFunded", "contract": "RunEscrow"},
        **{"run_id": 7, "agent_id": None, "tx_hash": "0x", "time": NOW, "data": '{"run_id": 7}'},
    )

    require_same(serialize_event(row), Event)
    require_same(serialize_removed_event(row), Event)
    assert "removed" not in serialize_event(row)


@pytest.mark.parametrize(("total", "pages"), [(0, 0), (1, 1), (20, 1), (21, 2)])
def test_pagination__at_its_edges__counts_whole_pages(total, pages):
    """API-1."""
    assert serialize_pagination(1, 20, total, None)["totalPages"] == pages


def test_credits__have_a_field_for_each_contract_that_holds_money():
    """RUN-16: and each of them can be named in a withdrawal."""
    owed = {contract.name: number for number, contract in enumerate(VAULTS, 1)}

    written = serialize_credits(ACCOUNT, owed)

    require_same(written, Credits)
    assert sorted(written.values()) == sorted([ACCOUNT, *map(str, owed.values())])
    names = WithdrawBody.model_json_schema()["properties"]["contract"]["enum"]
    assert sorted(names) == sorted(owed)


def test_serializer__without_a_row__takes_values_only():
    serialize = serializer(Reputation, *Reputation.model_fields)

    assert serialize(Decimal("66.67"), 1, total_claimed=2, total_volume=5) == {
        **{"score": 66.67, "completions": 1, "totalClaimed": 2, "totalVolume": "5"}
    }


def test_serializer__unknown_field__is_an_error_at_once():
    with pytest.raises(ValueError, match="Reputation has no field points, rank"):
        serializer(Reputation, "rank", points=1)
