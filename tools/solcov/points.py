"""What there is to cover in a source file, and how it shows in a trace.

The code generator without IR gives the conditional jump of an `if`, a `?:`, a loop, an `&&` or an
`||` the source range of the whole of it. An `&&` ends in a jump target with the same range, which
is fallen into with the right operand's value on the stack. Of a `try` the call itself is looked at,
since no jump is left of one with empty blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.solcov.compiled import Source, Spot

_STATEMENTS = {
    "Break",
    "Continue",
    "EmitStatement",
    "ExpressionStatement",
    "Return",
    "RevertStatement",
    "VariableDeclarationStatement",
}
_WAYS = {
    "IfStatement": (("true", "n"), ("false", "t")),
    "Conditional": (("true", "t"), ("false", "n")),
    "ForStatement": (("body", "n"), ("end", "t")),
    "WhileStatement": (("body", "n"), ("end", "t")),
    "TryStatement": (("success", "s"), ("failure", "r")),
    "require": (("true", "t"), ("false", "n")),
    "&&": (("left false", "t"), ("only left true", "f"), ("both true", "v")),
    "||": (("left true", "t"), ("none true", "f"), ("only right true", "v")),
}


@dataclass(frozen=True)
class Point:
    """Something to cover.

    Attributes:
        start: Where it begins in the source, in bytes.
        end: Where it ends.
        line: Where it begins, from 1 on.
        text: Its source, on one line and shortened.
        way: Which way of a branch; "" for functions and statements.
        covered: Whether it was.
    """

    start: int
    end: int
    line: int
    text: str
    way: str
    covered: bool


@dataclass(frozen=True)
class FileCoverage:
    """What there is to cover in one file.

    Attributes:
        name: The file.
        functions: Those with a body.
        statements: In them.
        branches: In them, each way one.
        left_out: Functions that the compiler leaves out because nothing calls them.
    """

    name: str
    functions: list[Point]
    statements: list[Point]
    branches: list[Point]
    left_out: list[Point]


class _Reader:
    def __init__(self, source: Source, spots: set[Spot], compiled: set[Spot]) -> None:
        self._source, self._spots = source, spots
        self._ranges = {(start, end) for start, end, _ in spots}
        self._compiled = {(start, end) for start, end, _ in compiled}
        self.found = FileCoverage(source.name, [], [], [], [])

    def visit(self, node: Any) -> None:  # noqa: ANN401 - JSON
        """Walk a part of the syntax tree."""
        if isinstance(node, list):
            for inner in node:
                self.visit(inner)
        elif isinstance(node, dict):
            if _has_body(node) and not _inside(node, self._compiled):
                self.found.left_out.append(self._point(node, covered=False))
                return
            if "src" in node and "nodeType" in node:
                self._take(node)
            for inner in node.values():
                self.visit(inner)

    def _take(self, node: dict[str, Any]) -> None:
        kind = node["nodeType"]
        if _has_body(node):
            self.found.functions.append(self._point(node, covered=self._entered(node)))
        elif kind in _STATEMENTS:
            self.found.statements.append(self._point(node, covered=_inside(node, self._ranges)))
        for way, note in _WAYS.get(_branch(node), ()):
            where = node["externalCall"] if kind == "TryStatement" else node
            covered = (*_range(where), note) in self._spots
            self.found.branches.append(self._point(node, way=way, covered=covered))
        if kind == "IfStatement":
            ran = any((*_range(node), way) in self._spots for way in "tn")
            self.found.statements.append(self._point(node["condition"], covered=ran))

    def _point(self, node: dict[str, Any], *, covered: bool, way: str = "") -> Point:
        start, end = _range(node)
        text = self._source.text
        shown = " ".join(text[start:end].decode().split())
        if node["nodeType"] == "FunctionDefinition":
            shown = node["name"] or node["kind"]
        return Point(start, end, 1 + text.count(b"\n", 0, start), shown[:70], way, covered)

    def _entered(self, node: dict[str, Any]) -> bool:
        # A constructor's range is also that of the jump over its arguments: its body tells.
        empty = not node["body"]["statements"]
        body = node if empty or node["kind"] != "constructor" else node["body"]
        return _inside(body, self._ranges)


def coverage_of(source: Source, spots: set[Spot], compiled: set[Spot]) -> FileCoverage:
    """List what there is to cover in a file, and whether it was.

    Args:
        spots: What was executed of it.
        compiled: What could be executed of it.
    """
    reader = _Reader(source, spots, compiled)
    reader.visit(source.tree)
    for points in (reader.found.functions, reader.found.statements, reader.found.branches):
        points.sort(key=lambda point: point.start)
    return reader.found


def missed(files: list[FileCoverage]) -> Iterator[str]:
    """Describe, a line each, what was not covered; of what was never reached the outermost only."""
    for file in files:
        unreached = [p for p in (*file.functions, *file.statements) if not p.covered]
        untaken = [p for p in file.branches if not p.covered]
        for point in sorted((*unreached, *untaken), key=lambda p: (p.line, p.start)):
            if not any(_hides(outer, point) for outer in unreached):
                what = f"never {point.way}" if point.way else "never run"
                yield f"{file.name}:{point.line} {what}: {point.text}"


def _hides(outer: Point, point: Point) -> bool:
    """Whether `point` needs no mention where `outer` was never reached."""
    if outer is point:
        return False
    around = point.line == outer.line and point.start <= outer.start and outer.end <= point.end
    return (bool(point.way) and around) or (outer.start <= point.start and point.end <= outer.end)


def _has_body(node: dict[str, Any]) -> bool:
    return node.get("nodeType") == "FunctionDefinition" and bool(node.get("body"))


def _inside(node: dict[str, Any], ranges: set[tuple[int, int]]) -> bool:
    start, end = _range(node)
    return any(start <= s and e <= end for s, e in ranges)


def _branch(node: dict[str, Any]) -> str:
    kind: str = node["nodeType"]
    if kind == "BinaryOperation":
        return str(node["operator"])
    if kind == "FunctionCall":
        return "require" if node["expression"].get("name") == "require" else ""
    return kind


def _range(node: dict[str, Any]) -> tuple[int, int]:
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length
