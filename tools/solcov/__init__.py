"""Statement and branch coverage of our contracts, as the tests drive them.

    make coverage                       the contract suite; fails where anything is not covered
    python -m tools.solcov [TESTS ...]  the same for some tests, in a copy of the work tree
    ape test -p tools.solcov            the pytest plugin itself, on contracts that are compiled
                                        without optimizer and without IR

How it works: every transaction whose receipt is asked for, every call and every gas estimate is run
again on the same Anvil under a JavaScript tracer, which notes the instructions that were executed
and which way each conditional jump went. Runtime code leads from there to the contract, the
compiler's source map to the source, the syntax tree to what is counted.

What is counted, in `contracts/` without `local/` and `mocks/`, functions of libraries and modifiers
where they are inlined, and constructors:

- functions: entered;
- statements: executed, the condition of an `if` among them;
- branches, each way one:
  - `if`, `? :`, `require`: true and false;
  - `for`, `while`: body and end;
  - `try`: success and failure;
  - `a && b`: a false; a true and b false; both true. `a || b`: a true; only b true; none true.

What is not: checks that the compiler adds (overflow, ABI decoding, calls to accounts without code),
assembly, what runs on pyrevm instead of Anvil, and functions that the compiler leaves out because
nothing calls them (the report names them).
"""

from tools.solcov.plugin import (
    pytest_addoption,
    pytest_configure,
    pytest_sessionfinish,
    pytest_terminal_summary,
    pytest_testnodedown,
)

__all__ = [
    "pytest_addoption",
    "pytest_configure",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]
