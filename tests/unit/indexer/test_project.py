"""Events into rows."""

from __future__ import annotations

import pytest

from agentescrow.chain import events as said
from agentescrow.indexer.registry import PROJECTIONS
from agentescrow.indexer.storable_text import storable

# Events that change no row: nobody asks for what they say but by the list of events itself.
SILENT = {said.OwnershipTransferStarted}
OURS = {
    kind
    for contract in ("RunEscrow", "StakeRegistry", "IdentityRegistry")
    for kind in said.TYPES[contract].values()
}


def test_projections__every_event_of_a_followed_contract__has_its_function():
    """Section 3: events carry everything, so none may be overlooked."""
    assert set(PROJECTIONS) == OURS - SILENT


@pytest.mark.parametrize("text", ["", "ipfs://task", "näher", "\U0001f600"])
def test_storable__text__is_kept(text):
    """API-2: texts come back as they were said."""
    assert storable(text) == text


def test_storable__zero_character__is_replaced():
    """API-5: PostgreSQL's text cannot hold it, and nobody may stop the indexer with it."""
    assert storable("a\0b") == "a\ufffdb"
