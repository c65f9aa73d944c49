"""Which calls are relayed, and who comes first when not all can be paid for.

A lane is a call's place in the queue, and the part of the budgets that it may use. The contract
itself says who may make a call, and only calls that would succeed are relayed. For whom a call is
relayed is in the action tables (`domain.contracts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from agentescrow.domain.actions import Relaying
from agentescrow.domain.contracts import RELAYED
from agentescrow.domain.vault_actions import PERMIT
from agentescrow.errors import RequestRefused


class Lane(IntEnum):
    """From the most urgent to the last.

    Attributes:
        BOUND: Who is bound by a claim: the agent with its locked stake, the poster with its money.
        KNOWN: Who has locked stake or a funded run, or locks stake with this call.
        STRANGER: Everybody else.
    """

    BOUND = 0
    KNOWN = 1
    STRANGER = 2


SHARES: Final[Mapping[Lane, int]] = {Lane.BOUND: 100, Lane.KNOWN: 60, Lane.STRANGER: 10}
"""Percent of a budget that a lane and those after it may use together: the rest is reserved."""


@dataclass(frozen=True, slots=True)
class Rule:
    """In which lane a call is.

    Args:
        known: Of who has locked stake or a funded run.
        stranger: Of everybody else; None where it is not relayed for them.
    """

    known: Lane
    stranger: Lane | None


_RULES: Final[Mapping[Relaying, Rule]] = {
    Relaying.BOUND: Rule(Lane.BOUND, Lane.BOUND),
    Relaying.LOCKS: Rule(Lane.KNOWN, Lane.KNOWN),
    Relaying.PAYS: Rule(Lane.KNOWN, Lane.STRANGER),
    Relaying.KNOWN: Rule(Lane.KNOWN, None),
}

RULES: Final[Mapping[str, Mapping[str, Rule]]] = {
    contract: {
        action.call: _RULES[action.relaying]
        for action in actions
        if action.relaying is not Relaying.NEVER
    }
    for contract, actions in RELAYED.items()
}
"""Rule of each relayed function, by contract; all other functions are refused."""

_PERMIT: Final = PERMIT.call


def lane_of(contract: str, functions: Iterable[str], *, is_known: bool, drafts: bool) -> Lane:
    """The lane of a call: of several in a batch the last one; what pays for the others counts not.

    Args:
        contract: "RunEscrow" or "StakeRegistry".
        functions: That are called, at least one, each in `RULES`.
        is_known: Whether the signer has locked stake or a funded run.
        drafts: Whether what costs strangers nothing is relayed for them too.

    Raises:
        RequestRefused: It is not relayed for strangers.
    """
    named = list(functions)
    lanes = []
    for name in [each for each in named if each != _PERMIT] or named:
        rule = RULES[contract][name]
        lane = rule.known if is_known else rule.stranger
        if lane is None and not drafts:
            raise RequestRefused(
                f"{name} of {contract} is relayed only for who has stake locked or a funded run: "
                "bring the money along, or send the call yourself"
            )
        lanes.append(Lane.STRANGER if lane is None else lane)
    return max(lanes)
