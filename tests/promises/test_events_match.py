"""The events that the rules know are those that the contracts declare, field by field.

Which fields are indexed is promised in `test_abi_signatures.py`: the rules have no topics.
"""

from __future__ import annotations

from agentescrow.domain.events import EVENTS
from localnet.artifacts import ours


def test_events__are_the_compiled_ones_with_their_fields_in_order():
    """Twin and indexer read a log by these names."""
    compiled = {
        (event["name"], tuple(field["name"] for field in event["inputs"]))
        for contract in ("StakeRegistry", "RunEscrow")
        for event in ours(contract).abi
        if event["type"] == "event"
    }

    assert compiled == set(EVENTS.items())
