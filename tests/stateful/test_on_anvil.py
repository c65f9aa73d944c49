"""The same machine on the Anvil that Ape started: a local chain, or a fork of Base Sepolia."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ape.managers.chain import ChainManager

from localnet.evm import AnvilFast
from tests.stateful.outcome import Tally
from tests.stateful.run import run_machine


@pytest.mark.timeout(7200)  # as in process; `make prove` asks for twenty rounds
def test_machine__on_anvil__agrees_with_the_rules(
    chain: ChainManager, told: Callable[[Tally, str, float], None]
) -> None:
    """STAKE-1 to STAKE-11, RUN-0 to RUN-27: as in process, with real blocks and receipts."""
    with AnvilFast(chain.provider.uri) as anvil:
        run_machine(anvil, "on Anvil", told)
