"""The API names the values of an event as its contract does.

Which fields are indexed is promised in `test_abi_signatures.py`.
"""

from __future__ import annotations

import json
from dataclasses import fields
from types import SimpleNamespace

import pytest

from agentescrow.api.serializers import serialize_event
from agentescrow.chain.abis import entries
from agentescrow.chain.events import TYPES


@pytest.mark.parametrize("contract", ["RunEscrow", "StakeRegistry", "IdentityRegistry"])
def test_events__of_the_api__have_the_names_of_the_contract(contract):
    """API-2: `deliverableURI` is no `deliverableUri`."""
    declared = {event["name"]: event["inputs"] for event in entries(contract, "event")}
    for name, kind in TYPES[contract].items():
        data = json.dumps({field.name: 0 for field in fields(kind)})
        place = {"block_number": 1, "log_index": 0, "tx_hash": "0x", "time": 0}
        about = {"run_id": None, "agent_id": None, "contract": contract, "name": name}
        shown = serialize_event(SimpleNamespace(**place, **about, data=data))
        assert list(shown["data"]) == [each["name"] for each in declared[name]]
