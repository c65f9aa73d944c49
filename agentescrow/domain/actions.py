"""Action tables: what can be called on a contract, by whom, in which states, and how it is offered.

One row describes one function. The contracts' state gates, the twin, the relayer's list, the plain
API routes, the SDK's calls, the keeper and the tables in the docs are all built from it, or are
compared with it by a test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Final, Generic, TypeVar

S = TypeVar("S", bound=IntEnum)

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Relaying(Enum):
    """For whom the relayer sends a call.

    Attributes:
        NEVER: For nobody: the call is not relayed.
        BOUND: For the parties of a claim, ahead of everybody else.
        LOCKS: The call locks stake, so it is relayed as if the signer had some locked already.
        PAYS: The call brings its own money, so strangers may send it, behind everybody else.
        KNOWN: For accounts with locked stake or a funded run only: it costs strangers nothing.
    """

    NEVER = "never"
    BOUND = "bound"
    LOCKS = "locks"
    PAYS = "pays"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Transition(Generic[S]):
    """One way a call changes the state.

    Attributes:
        sources: States the call is allowed in; empty for a call that creates a record.
        who: Account that may call.
        when: Further conditions; empty without any.
        target: State that follows.
        money: Payments and locks that follow; empty without any.
        anyone_after: For states in which anyone may call once a time has passed, the attribute of
            the record that holds this time.
    """

    sources: tuple[S, ...]
    who: str
    when: str
    target: S
    money: str
    anyone_after: Mapping[S, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action(Generic[S]):
    """One function of a contract.

    Attributes:
        signature: Name and parameter names, such as "claimRun(runId, agentId)".
        summary: Description of the call, for the API's documentation.
        event: Event that proves the call has worked.
        relaying: For whom the relayer sends it.
        transitions: Rows of the state table; empty for a function that is not gated by a state.
        path: Last part of its API path, for actions that need no code of their own; else empty.
        done: Message of the API's answer.
        repeatable: Whether the contract accepts the same call again later.
    """

    signature: str
    summary: str
    event: str
    relaying: Relaying
    transitions: tuple[Transition[S], ...] = ()
    path: str = ""
    done: str = ""
    repeatable: bool = False

    @property
    def call(self) -> str:
        """Name of the function."""
        return self.signature.partition("(")[0]

    @property
    def method(self) -> str:
        """Name of the function in snake case."""
        return snake(self.call)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters in snake case."""
        inside = self.signature.partition("(")[2].rstrip(")")
        return tuple(snake(name) for name in inside.split(", ") if name)

    @property
    def sources(self) -> frozenset[S]:
        """All states the call is allowed in."""
        return frozenset(state for row in self.transitions for state in row.sources)


class ActionTable(Generic[S]):
    """All actions of one contract.

    Example:
        >>> RUN_ACTIONS["approve"].sources
        frozenset({<RunState.SUBMITTED: 4>})
    """

    def __init__(
        self,
        actions: tuple[Action[S], ...],
        states: type[S] | None = None,
        final: frozenset[S] = frozenset(),
    ) -> None:
        """Index the actions by name.

        Args:
            actions: In the order the docs show them.
            states: The contract's states, where it has some.
            final: States that nothing leaves.
        """
        self._actions = {action.call: action for action in actions}
        self._states = states
        self._final = final

    def __iter__(self) -> Iterator[Action[S]]:
        return iter(self._actions.values())

    def __contains__(self, call: object) -> bool:
        return call in self._actions

    def __getitem__(self, call: str) -> Action[S]:
        return self._actions[call]

    @property
    def plain(self) -> tuple[Action[S], ...]:
        """Actions the API offers without code of their own."""
        return tuple(action for action in self if action.path)

    @property
    def transitions(self) -> tuple[tuple[Action[S], Transition[S]], ...]:
        """The state table, one row a transition."""
        return tuple((action, row) for action in self for row in action.transitions)

    def for_anyone(self) -> Iterator[tuple[Action[S], S, str]]:
        """List what anyone may call: the action, the state, the attribute that holds the time."""
        for action, row in self.transitions:
            for state, attribute in row.anyone_after.items():
                yield action, state, attribute

    def allowed_bitmap(self, call: str) -> int:
        """Give the states a call is allowed in as the contract does: bit n stands for state n.

        Raises:
            KeyError: The table has no such call.
        """
        return sum(1 << state for state in self[call].sources)

    def states_of_bitmap(self, bitmap: int) -> list[S]:
        """Read an `allowedBitmap` back, in the order of the states."""
        return [state for state in self._states or () if bitmap >> state & 1]

    def markdown(self) -> str:
        """Render the state table for the docs."""
        lines = ["| from | call | who | when | to | money |", "|---|---|---|---|---|---|"]
        for action, row in self.transitions:
            sources = ", ".join(state.name for state in row.sources) or "–"  # noqa: RUF001
            cells = (sources, action.signature, row.who, row.when, row.target.name, row.money)
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines) + "\n"

    def mermaid(self) -> str:
        """Render the state diagram for the docs; calls between the same states share an arrow."""
        arrows: dict[tuple[str, str], list[str]] = {}
        for action, row in self.transitions:
            for source in [state.name for state in row.sources] or ["[*]"]:
                arrows.setdefault((source, row.target.name), []).append(action.call)
        lines = ["stateDiagram-v2"]
        for (source, target), calls in arrows.items():
            lines.append(f"    {source} --> {target}: {', '.join(calls)}")
        lines += [f"    {state.name} --> [*]" for state in sorted(self._final)]
        return "\n".join(lines) + "\n"


def snake(name: str) -> str:
    """Write a camelCase name in snake case: `deliverableURI` becomes `deliverable_uri`."""
    return _WORD.sub("_", name).lower()
