"""The rules' side of a call: the twin, how it is called, what it says in the contracts' words."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from agentescrow.errors import Reverted
from localnet.chain import Contract
from tests.stateful.outcome import DONE, Outcome
from tests.stateful.people import Person
from tests.stateful.signatures import SignedPayment
from tests.twin.identity import IdentityView
from tests.twin.reverts import TOKEN_REFUSED
from tests.twin.run_escrow import RunEscrowTwin
from tests.twin.stake_registry import StakeRegistryTwin
from tests.twin.token import TokenLedger
from tests.twin.vault import UsdcVaultTwin

# USDC's words for what the twin calls TokenRefused.
_USDC_SAYS = {
    "paused": "Pausable: paused",
    "blacklisted": "Blacklistable: account is blacklisted",
    "balance too low": "ERC20: transfer amount exceeds balance",
    "not valid yet": "FiatTokenV2: authorization is not yet valid",
    "expired": "FiatTokenV2: authorization is expired",
    "used or cancelled": "FiatTokenV2: authorization is used or canceled",
    "invalid signature": "FiatTokenV2: invalid signature",
}


@dataclass
class Twin:
    """Everything that the rules know."""

    token: TokenLedger
    identity: IdentityView
    registry: StakeRegistryTwin
    escrow: RunEscrowTwin

    def remember(self) -> list[dict[str, Any]]:
        """What a call may change, for a multicall of which a part is refused."""
        ledger = {
            field.name: copy.copy(getattr(self.token, field.name)) for field in fields(self.token)
        }
        vaults = [
            {
                name: copy.copy(value)
                for name, value in vars(vault).items()
                if isinstance(value, dict | set | int | str)
            }
            for vault in (self.registry, self.escrow)
        ]
        return [ledger, *vaults, {"length": len(self.registry.journal)}]

    def restore(self, remembered: list[dict[str, Any]]) -> None:
        """Go back to that."""
        *parts, journal = remembered
        del self.registry.journal[journal["length"] :]
        for part, values in zip((self.token, self.registry, self.escrow), parts, strict=True):
            for name, value in values.items():
                setattr(part, name, value)


def outcome_of(apply: Callable[[], None]) -> Outcome:
    """Let the rules say what comes of a call."""
    try:
        apply()
    except Reverted as error:
        if error.name != TOKEN_REFUSED:
            return Outcome(error.name, error.values)
        return Outcome("Error", (_USDC_SAYS[str(error.values[2])],))
    return DONE


def apply(twin: UsdcVaultTwin, function: str, args: tuple[Any, ...], sender: str, now: int) -> None:
    """Call the method of a twin that goes by the name of a contract's function."""
    method = _snake(function)
    known = {"sender": sender, "now": now}
    asked = {name: known[name] for name in _asked(type(twin).__name__, method)}
    getattr(twin, method)(*map(_to_twin, args), **asked)


@cache
def _asked(twin: str, method: str) -> tuple[str, ...]:
    """Which of sender and time a twin's method wants to know."""
    kind = {kind.__name__: kind for kind in (RunEscrowTwin, StakeRegistryTwin)}[twin]
    parameters = inspect.signature(getattr(kind, method)).parameters
    return tuple(name for name in ("sender", "now") if name in parameters)


@cache
def _snake(function: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), function)


def _to_twin(value: Any) -> Any:
    if isinstance(value, Person | Contract):
        return value.address
    return value.authorization if isinstance(value, SignedPayment) else value
