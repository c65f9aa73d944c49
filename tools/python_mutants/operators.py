"""What can be wrong in a source: mutants, made from its syntax tree."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any, Final

from tools.mutants.operators import Mutant

_Change = tuple[str, int, int, str]

_BOUNDARY: Final = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">"}
_REVERSED: Final = {
    ast.Lt: ">=",
    ast.LtE: ">",
    ast.Gt: "<=",
    ast.GtE: "<",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
_LOGIC: Final = {ast.And: "or", ast.Or: "and"}
_ARITHMETIC: Final = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "//",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "//",
    ast.LShift: ">>",
    ast.RShift: "<<",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.BitXor: "&",
    ast.Pow: "*",
}
_SIGN: Final = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "and",
    ast.Or: "or",
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.Pow: "**",
}
# They watch over the programmer, and change nothing that a correct program does.
_GUARDS: Final = {"dataclass": {"frozen", "slots", "kw_only"}, "zip": {"strict"}}
_ANNOTATIONS: Final = ("annotation", "returns")


def mutants_of(file: str, source: str) -> list[Mutant]:
    """Make every mutant of a source."""
    found = _Changes(file, source).within(ast.parse(source), "")
    seen: Counter[tuple[Any, ...]] = Counter()
    numbered = []
    for mutant in sorted(set(found), key=lambda m: (m.start, m.end, m.operator, m.mutated)):
        seen[mutant.fingerprint] += 1
        numbered.append(replace(mutant, number=seen[mutant.fingerprint]))
    return numbered


class _Changes:
    """The changes of one source, node by node."""

    def __init__(self, file: str, source: str) -> None:
        self._file = file
        self._raw = source.encode()
        self._lines = source.splitlines()
        self._starts = list(accumulate(map(len, self._raw.splitlines(True)), initial=0))

    def within(self, node: ast.AST, function: str) -> Iterator[Mutant]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            function = f"{function}.{node.name}".lstrip(".")
        for operator, start, end, mutated in getattr(self, f"_{type(node).__name__}", _none)(node):
            yield self._mutant(function, operator, start, end, mutated)
        for part in self._parts(node):
            yield from self.within(part, function)

    def _parts(self, node: ast.AST) -> Iterator[ast.AST]:
        """The parts of a node, without annotations, guards and the words of messages."""
        if isinstance(node, ast.JoinedStr):
            return
        guards = _GUARDS.get(_name_of(node.func), set()) if isinstance(node, ast.Call) else set()
        for field, value in ast.iter_fields(node):
            for part in value if isinstance(value, list) else [value]:
                guard = isinstance(part, ast.keyword) and part.arg in guards
                if isinstance(part, ast.AST) and field not in _ANNOTATIONS and not guard:
                    yield part

    # By the kind of node: operator, first byte, byte after the last, what stands there instead

    def _Compare(self, node: ast.Compare) -> Iterator[_Change]:  # noqa: N802
        sides = pairwise([node.left, *node.comparators])
        for (left, right), operator in zip(sides, node.ops, strict=True):
            yield from self._swaps("boundary", _BOUNDARY, operator, left, right)
            yield from self._swaps("comparison reversed", _REVERSED, operator, left, right)

    def _BoolOp(self, node: ast.BoolOp) -> Iterator[_Change]:  # noqa: N802
        for left, right in pairwise(node.values):
            yield from self._swaps("and/or swapped", _LOGIC, node.op, left, right)

    def _BinOp(self, node: ast.BinOp) -> Iterator[_Change]:  # noqa: N802
        yield from self._swaps("arithmetic swapped", _ARITHMETIC, node.op, node.left, node.right)

    def _AugAssign(self, node: ast.AugAssign) -> Iterator[_Change]:  # noqa: N802
        yield from self._swaps("arithmetic swapped", _ARITHMETIC, node.op, node.target, node.value)
        yield ("statement removed", *self._span(node), "pass")

    def _UnaryOp(self, node: ast.UnaryOp) -> Iterator[_Change]:  # noqa: N802
        if isinstance(node.op, ast.Not):
            yield ("condition negated", *self._span(node), f"({self._code(node.operand)})")

    def _If(self, node: ast.If | ast.While | ast.IfExp) -> Iterator[_Change]:  # noqa: N802
        yield from self._negated(node.test)

    _While = _IfExp = _If

    def _comprehension(self, node: ast.comprehension) -> Iterator[_Change]:
        for condition in node.ifs:
            yield from self._negated(condition)

    def _Constant(self, node: ast.Constant) -> Iterator[_Change]:  # noqa: N802
        start, end = self._span(node)
        if isinstance(node.value, bool):
            yield "constant", start, end, str(not node.value)
        elif isinstance(node.value, int | float):
            yield "constant", start, end, f"({self._code(node)} + 1)"
            yield "constant", start, end, f"({self._code(node)} - 1)"

    def _Return(self, node: ast.Return) -> Iterator[_Change]:  # noqa: N802
        if node.value is not None and not _is_none(node.value):
            yield ("returned value", *self._span(node.value), "None")

    def _Raise(self, node: ast.Raise) -> Iterator[_Change]:  # noqa: N802
        yield ("raise removed", *self._span(node), "pass")

    def _Expr(self, node: ast.Expr) -> Iterator[_Change]:  # noqa: N802
        if not isinstance(node.value, ast.Constant):
            yield ("statement removed", *self._span(node), "pass")

    def _Delete(self, node: ast.Delete | ast.Continue | ast.Break) -> Iterator[_Change]:  # noqa: N802
        yield ("statement removed", *self._span(node), "pass")

    _Continue = _Break = _Delete

    def _swaps(
        self,
        name: str,
        swaps: dict[Any, str],
        operator: ast.AST,
        left: ast.AST,
        right: ast.AST,
    ) -> Iterator[_Change]:
        if type(operator) in swaps:
            sign = _SIGN[type(operator)].encode()
            at = self._raw.index(sign, self._span(left)[1], self._span(right)[0])
            yield name, at, at + len(sign), swaps[type(operator)]

    def _negated(self, condition: ast.expr) -> Iterator[_Change]:
        if not isinstance(condition, ast.UnaryOp):
            yield "condition negated", *self._span(condition), f"(not ({self._code(condition)}))"

    def _constants(self, node: ast.Constant) -> Iterator[_Change]:
        start, end = self._span(node)
        if isinstance(node.value, bool):
            yield "constant", start, end, str(not node.value)
        elif isinstance(node.value, int | float):
            yield "constant", start, end, f"({self._code(node)} + 1)"
            yield "constant", start, end, f"({self._code(node)} - 1)"

    # Where

    def _mutant(self, function: str, operator: str, start: int, end: int, mutated: str) -> Mutant:
        line = self._raw[:start].count(b"\n") + 1
        original = self._raw[start:end].decode()
        text = self._lines[line - 1].strip()
        return Mutant(self._file, function, operator, line, start, end, original, mutated, text)

    def _code(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._raw[start:end].decode()

    def _span(self, node: Any) -> tuple[int, int]:  # noqa: ANN401 - every node that has a place
        begin, end = self._starts[node.lineno - 1], self._starts[node.end_lineno - 1]
        return begin + node.col_offset, end + node.end_col_offset


def _none(_: ast.AST) -> Iterator[_Change]:
    yield from ()


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
