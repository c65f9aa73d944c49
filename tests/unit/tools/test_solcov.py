"""The coverage of a contract that has one of everything, run step by step."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak

from artifacts import ROOT
from localnet.anvil import Anvil
from localnet.evm import AnvilFast, Reverted
from tools.solcov.compiled import Compilation, compile_request
from tools.solcov.plugin import listening
from tools.solcov.points import FileCoverage, coverage_of, missed
from tools.solcov.report import percent, table, write_lcov
from tools.solcov.trace import Tracer

_NAME = "Everything.sol"
_SENDER = "0x" + "11" * 20
_LIMIT = 20


@pytest.fixture(scope="module")
def compilation() -> Compilation:
    """The contract as coverage needs it: neither optimizer nor IR."""
    text = Path(__file__).with_name(_NAME).read_text()
    settings = {"evmVersion": "prague", "viaIR": False, "optimizer": {"enabled": False}}
    request = {"language": "Solidity", "sources": {_NAME: {"content": text}}, "settings": settings}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLCX_BINARY_PATH", str(ROOT / "tools" / "solc-bin"))
        return compile_request(request, "0.8.37")


@pytest.fixture(scope="module")
def anvil():
    """A chain."""
    with Anvil() as anvil:
        yield anvil


class Driver:
    """Deploys and calls the contract while a tracer listens."""

    def __init__(self, chain: AnvilFast, tracer: Tracer, compilation: Compilation) -> None:
        """Nothing is deployed yet."""
        self._chain, self._tracer, self._compilation = chain, tracer, compilation
        self._creation = compilation.contracts[0][0].code
        self._address = ""

    def deploy(self, limit: int) -> None:
        """Create the contract."""
        code = self._creation + encode(["uint256"], [limit])
        self._address = str(self._chain.execute(_SENDER, None, code))

    def send(self, signature: str, *args: object) -> None:
        """Send a transaction, whether it reverts or not."""
        with suppress(Reverted):
            self._chain.transact(_SENDER, self._address, _calldata(signature, args))

    def call(self, signature: str, *args: object) -> None:
        """Call without a transaction."""
        self._chain.call(self._address, _calldata(signature, args))

    def coverage(self) -> FileCoverage:
        """What the tracer has seen so far."""
        spots = self._compilation.spots(self._tracer.executed, self._tracer.created)
        (source,) = self._compilation.sources.values()
        compiled = self._compilation.compiled_spots()[_NAME]
        return coverage_of(source, spots[_NAME], compiled)

    def missing(self) -> list[str]:
        """What is missing so far, without the file's name."""
        return [line.removeprefix(f"{_NAME}:") for line in missed([self.coverage()])]


def _calldata(signature: str, args: tuple[object, ...]) -> bytes:
    types = signature[signature.index("(") + 1 : -1]
    return keccak(text=signature)[:4] + encode(types.split(",") if types else [], args)


@pytest.fixture
def driver(anvil, compilation, monkeypatch):
    """The contract, deployed with a limit of 20 and untouched otherwise."""
    tracer = Tracer(without=())
    monkeypatch.setattr(AnvilFast, "_ask", listening(AnvilFast._ask, tracer))
    with AnvilFast(anvil.url) as chain:
        driver = Driver(chain, tracer, compilation)
        driver.deploy(_LIMIT)
        yield driver


def _line(text: str) -> int:
    lines = Path(__file__).with_name(_NAME).read_text().splitlines(keepends=True)
    return 1 + next(n for n, line in enumerate(lines) if text in line)


def _about(missing: list[str], text: str) -> list[str]:
    return [m.split(" ", 1)[1] for m in missing if int(m.split(" ")[0]) == _line(text)]


def test_constructor__one_way_of_its_if__other_missing(driver):
    """Creation code has a source map of its own."""
    missing = driver.missing()
    assert _about(missing, "if (limit == 0)") == ["never true: if (limit == 0) { limit = 1; }"]
    assert _about(missing, "limit = 1;") == ["never run: limit = 1"]
    assert not _about(missing, "LIMIT = limit;")
    driver.deploy(0)
    assert not _about(driver.missing(), "if (limit == 0)")


def test_function__never_called__named_once_without_its_inside(driver):
    """The reader looks at the outermost gap."""
    missing = driver.missing()
    assert _about(missing, "function sum") == ["never run: sum"]
    assert not _about(missing, "result += i;")


def test_uncalled_function__not_compiled__not_counted_but_named(driver):
    """No test could ever run it."""
    assert [point.text for point in driver.coverage().left_out] == ["_uncalled"]
    assert not _about(driver.missing(), "_uncalled")


def test_modifier_and_library__inlined__belong_to_their_lines(driver):
    """A require has two ways; a reverted transaction counts."""
    driver.send("add(uint256)", 12)
    missing = driver.missing()
    assert _about(missing, "require(") == ['never false: require(value < LIMIT, "large")']
    assert _about(missing, "revert(") == ['never run: revert("odd")']
    assert _about(missing, "? Halves") == ["never false: value > 10 ? Halves.half(value) : value"]
    for value in (_LIMIT, 13, 1):
        driver.send("add(uint256)", value)
    missing = driver.missing()
    assert not [*_about(missing, "require("), *_about(missing, "revert("), *_about(missing, "? H")]


@pytest.mark.parametrize(
    ("operands", "left"),
    [
        ((False, True), ["never only left true: a && b", "never both true: a && b"]),
        ((True, False), ["never left false: a && b", "never both true: a && b"]),
        ((True, True), ["never left false: a && b", "never only left true: a && b"]),
    ],
)
def test_and__one_way__two_others_missing(driver, operands, left):
    """Each operand decides once each way."""
    driver.call("both(bool,bool)", *operands)
    assert _about(driver.missing(), "a && b") == left


def test_or__nested__each_operator_has_its_ways(driver):
    """`a || b || c` is `(a || b) || c`."""
    driver.call("any(bool,bool,bool)", False, True, False)
    assert _about(driver.missing(), "a || b || c") == [
        "never none true: a || b || c",
        "never only right true: a || b || c",
        "never left true: a || b",
        "never none true: a || b",
    ]
    for operands in ((True, False, False), (False, False, True), (False, False, False)):
        driver.call("any(bool,bool,bool)", *operands)
    assert not _about(driver.missing(), "a || b || c")


def test_loop__not_entered__body_missing(driver):
    """A call that is not a transaction counts."""
    driver.call("sum(uint256)", 0)
    assert _about(driver.missing(), "for (") == ["never run: ++i"]
    driver.call("sum(uint256)", 2)
    assert not _about(driver.missing(), "for (")


@pytest.mark.parametrize(
    ("function", "line"), [("tried", "try this.add(value) {\n"), ("ignored", "{} catch {}")]
)
def test_try__both_ways__complete(driver, function, line):
    """The inner call, which reverts, runs in the same contract; empty blocks have no code."""
    driver.send(f"{function}(uint256)", 1)
    assert [m[:13] for m in _about(driver.missing(), line)] == ["never failure"]
    driver.send(f"{function}(uint256)", _LIMIT)
    assert not _about(driver.missing(), line)


def test_delegatecall__to_itself__counts(driver):
    """Multicall works like that."""
    driver.send("forwarded(bytes)", _calldata("add(uint256)", (1,)))
    assert not _about(driver.missing(), "function add")


def test_report__half_covered__sums_and_lcov_agree(driver, tmp_path):
    """Editors and code reviews read lcov."""
    driver.call("both(bool,bool)", True, True)
    coverage = driver.coverage()
    done = sum(point.covered for point in coverage.branches)
    assert f"{done}/{len(coverage.branches)}" in table([coverage])[-1]
    assert 0 < percent([coverage]) < 100
    write_lcov([coverage], tmp_path / "lcov.info")
    lines = (tmp_path / "lcov.info").read_text().splitlines()
    assert lines[0] == f"SF:{_NAME}"
    assert sum(line.startswith("BRDA:") and line.endswith(",1") for line in lines) == done
    assert "FNDA:1,both" in lines


def test_workers__seen_apart_and_added__as_seen_together(driver):
    """pytest-xdist's workers hand plain data over."""
    driver.call("sum(uint256)", 2)
    other = Tracer(without=())
    other.add(driver._tracer.seen())
    assert other.seen() == driver._tracer.seen()
