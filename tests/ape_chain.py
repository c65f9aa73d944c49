"""The Anvil that `ape test` runs on: ours, one for each session or worker, not one of Ape's.

Ape picks a port at random, gives up where any connection has it, and keeps one list of all nodes
in a file that parallel workers read while others write it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from localnet.anvil import Anvil
from localnet.base_sepolia import RPC_URL

_HOST = "APE_FOUNDRY_HOST"
_LOCAL = "ethereum:local:foundry"
_FORK = "base:sepolia-fork:foundry"
_FLAGS = ("--steps-tracing", "--gas-price", "0", "--block-base-fee-per-gas", "0")


def upstream(config: pytest.Config) -> frozenset[str]:
    """Which variables of the environment the network needs: of the fork, the one it forks from."""
    return frozenset({RPC_URL}) if config.getoption("--network") == _FORK else frozenset()


def start(config: pytest.Config) -> None:
    """Start it and tell Ape where; it ends with the session.

    Nothing is started where tests are only handed out to workers, where a chain is given by
    APE_FOUNDRY_HOST, and on networks that are not Anvil's.

    Raises:
        LocalnetError: Anvil did not come up.
    """
    network = config.getoption("--network") or _LOCAL
    hands_out = bool(config.getoption("numprocesses", 0)) and not hasattr(config, "workerinput")
    if hands_out or _HOST in os.environ or network not in (_LOCAL, _FORK):
        return
    stack = ExitStack()
    config.add_cleanup(stack.close)
    anvil = stack.enter_context(_fork() if network == _FORK else Anvil(more=_FLAGS))
    os.environ[_HOST] = anvil.url
    stack.callback(os.environ.pop, _HOST)


def look_up_once() -> None:
    """Spare Ape, for every call and transaction, what is the same all the session.

    It builds its settings anew three times, asks twice for a block to know its gas limit, and for
    the code of a contract that it has found before: a third of what it does.
    """
    from ape.api.networks import NetworkAPI
    from ape.contracts.base import ContractMethodHandler
    from ape_ethereum.ecosystem import Ethereum
    from ape_ethereum.provider import Web3Provider

    for kind, name in (
        (Ethereum, "default_transaction_type"),
        (NetworkAPI, "config"),
        (Web3Provider, "max_gas"),
    ):
        setattr(kind, name, property(_kept(getattr(kind, name).fget)))
    setattr(ContractMethodHandler, "_validate_is_contract", lambda self: None)  # noqa: B010


def _kept(of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The first answer for each object; they are few, and live as long as the session."""
    answers: dict[int, tuple[Any, Any]] = {}

    def answer(itself: Any) -> Any:
        if id(itself) not in answers:
            answers[id(itself)] = itself, of(itself)
        return answers[id(itself)][1]

    return answer


def _fork() -> Anvil:
    # Forks do without Anvil's cache of what they read: it is filed by chain and block number, and
    # one stand-in of Base Sepolia would be given the state of another.
    url = os.environ.get(RPC_URL)
    if not url:
        raise pytest.UsageError(f"{RPC_URL} is not set: use `make fork`, or name an RPC endpoint")
    return Anvil(chain_id=84532, more=(*_FLAGS, "--fork-url", url, "--no-storage-caching"))
