"""What can be wrong in a source: mutants, made from the compiler's syntax tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

Node = dict[str, Any]

_BOUNDARY: Final = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_REVERSED: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_LOGIC: Final = {"&&": "||", "||": "&&"}
_ARITHMETIC: Final = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "+=": "-=",
    "-=": "+=",
    "<<": ">>",
    ">>": "<<",
    "&": "|",
    "|": "&",
}
_BY_SWAP: Final = (
    ("boundary", _BOUNDARY),
    ("comparison reversed", _REVERSED),
    ("and/or swapped", _LOGIC),
    ("arithmetic swapped", _ARITHMETIC),
)


@dataclass(frozen=True)
class Mutant:
    """One change of one source.

    Attributes:
        file: Path of the source.
        function: Function, modifier or constant that it is in.
        operator: What kind of change it is.
        line: Line, from 1.
        start: First byte that is replaced.
        end: The byte after the last one.
        original: What stands there.
        mutated: What stands there instead.
        text: The whole line that it begins in, without indentation.
        number: Which one it is, from 1, of those that are equal in all of this but the place.
    """

    file: str
    function: str
    operator: str
    line: int
    start: int
    end: int
    original: str
    mutated: str
    text: str
    number: int = 1

    @property
    def fingerprint(self) -> tuple[str, str, str, str, str, int]:
        """What stays the same while code around it moves."""
        return (
            self.file,
            self.function,
            self.operator,
            self.original,
            self.mutated,
            self.number,
        )

    @property
    def mutated_text(self) -> str:
        """The line with the change, as far as it is in this line."""
        return self.text.replace(self.original.partition("\n")[0], self.mutated, 1)

    def applied(self, source: str) -> str:
        """The source with the change."""
        raw = source.encode()
        return (raw[: self.start] + self.mutated.encode() + raw[self.end :]).decode()


def mutants_of(file: str, source: str, tree: Node) -> list[Mutant]:
    """Make every mutant of a source.

    Args:
        tree: The compiler's syntax tree of it.
    """
    found = _Changes(file, source.encode()).within(tree, "")
    seen: Counter[tuple[Any, ...]] = Counter()
    numbered = []
    for mutant in sorted(set(found), key=lambda m: (m.start, m.end, m.operator, m.mutated)):
        seen[mutant.fingerprint] += 1
        numbered.append(replace(mutant, number=seen[mutant.fingerprint]))
    return numbered


class _Changes:
    """The changes of one source, node by node."""

    def __init__(self, file: str, raw: bytes) -> None:
        self._file = file
        self._raw = raw

    def within(self, node: Any, function: str) -> Iterator[Mutant]:  # noqa: ANN401 - any part of a tree
        if isinstance(node, list):
            for item in node:
                yield from self.within(item, function)
        if not isinstance(node, dict):
            return
        kind = node.get("nodeType", "")
        if kind in ("FunctionDefinition", "ModifierDefinition"):
            function = node["name"] or node.get("kind", "")
        elif kind == "VariableDeclaration" and node.get("stateVariable"):
            function = node["name"]
        for operator, start, end, mutated in getattr(self, f"_{kind}", _none)(node):
            yield self._mutant(function, operator, start, end, mutated)
        for part, value in node.items():
            # What a loop does at the end of a round is an expression without a semicolon.
            inside = value["expression"] if part == "loopExpression" and value else value
            if isinstance(inside, dict | list):
                yield from self.within(inside, function)

    # By the kind of node: operator, first byte, byte after the last, what stands there instead

    def _BinaryOperation(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield from self._swaps(node["operator"], node["leftExpression"], node["rightExpression"])

    def _Assignment(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield from self._swaps(node["operator"], node["leftHandSide"], node["rightHandSide"])

    def _UnaryOperation(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        start, _ = _span(node)
        if node["operator"] == "!":
            yield "condition negated", start, start + 1, ""
        if node["operator"] in ("++", "--") and node["prefix"]:
            yield "arithmetic swapped", start, start + 2, "--" if node["operator"] == "++" else "++"

    def _IfStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield from self._conditions(node["condition"])

    def _Conditional(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield from self._conditions(node["condition"])

    def _Literal(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        start, end = _span(node)
        text = self._text(start, end)
        if node["kind"] == "number":
            yield "constant ± 1", start, end, f"({text} + 1)"
            yield "constant ± 1", start, end, f"({text} - 1)"
        if node["kind"] == "bool":
            yield "condition negated", start, end, "false" if text == "true" else "true"

    def _ExpressionStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield ("statement removed", *self._whole(node), "{}")

    def _EmitStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield ("statement removed", *self._whole(node), "{}")

    def _TryStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield ("statement removed", *_span(node), "{}")

    def _RevertStatement(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        yield ("revert removed", *self._whole(node), "{}")

    def _ModifierInvocation(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        if node.get("kind") == "modifierInvocation":
            yield ("statement removed", *_span(node), "")

    def _FunctionCall(self, node: Node) -> Iterator[tuple[str, int, int, str]]:  # noqa: N802
        arguments = node["arguments"]
        for left, right in pairwise(arguments):
            if not node["names"] and _kind_of(left) == _kind_of(right):
                (a, b), (c, d) = _span(left), _span(right)
                swapped = self._text(c, d) + self._text(b, c) + self._text(a, b)
                if swapped != self._text(a, d):
                    yield "arguments swapped", a, d, swapped

    def _swaps(self, operator: str, left: Node, right: Node) -> Iterator[tuple[str, int, int, str]]:
        start, end = _span(left)[1], _span(right)[0]
        at = self._raw.index(operator.encode(), start, end)
        for name, swaps in _BY_SWAP:
            if operator in swaps:
                yield name, at, at + len(operator), swaps[operator]

    def _conditions(self, node: Node) -> Iterator[tuple[str, int, int, str]]:
        start, end = _span(node)
        yield "condition negated", start, end, f"!({self._text(start, end)})"
        yield "condition removed", start, end, "true"
        yield "condition removed", start, end, "false"

    # Where

    def _mutant(self, function: str, operator: str, start: int, end: int, mutated: str) -> Mutant:
        line = self._raw[:start].count(b"\n") + 1
        text = self._raw.splitlines()[line - 1].decode().strip()
        original = self._text(start, end)
        return Mutant(self._file, function, operator, line, start, end, original, mutated, text)

    def _text(self, start: int, end: int) -> str:
        return self._raw[start:end].decode()

    def _whole(self, node: Node) -> tuple[int, int]:
        """A statement with its semicolon."""
        start, end = _span(node)
        return start, self._raw.index(b";", end - 1) + 1


def _none(_: Node) -> Iterator[tuple[str, int, int, str]]:
    yield from ()


def _span(node: Node) -> tuple[int, int]:
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def _kind_of(node: Node) -> str:
    """Numbers of all sizes are one kind: most of them convert into each other."""
    name: str = node["typeDescriptions"]["typeString"].split(" ")[0]
    return "number" if name.startswith(("uint", "int_const")) else name
