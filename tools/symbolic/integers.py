"""The solver cvc5, words taken as integers: `python integers.py QUERY.smt2`.

Runs in the environment of Halmos; the package has the library, not the command. A word becomes an
integer below its bound, and what wraps is reduced to it, so that the answer is the same as on bits.
"""

import sys

import cvc5


def answer(path: str) -> None:
    """Print whether a query has a model, and the model.

    Args:
        path: The query, in SMT-LIB 2.
    """
    solver = cvc5.Solver()
    solver.setOption("solve-bv-as-int", "sum")
    solver.setOption("produce-models", "true")
    commands = cvc5.InputParser(solver)
    commands.setFileInput(cvc5.InputLanguage.SMT_LIB_2_6, path)
    command = commands.nextCommand()
    while not command.isNull():
        said = command.invoke(solver, commands.getSymbolManager())
        print(said, end="", flush=True)
        if said.strip() == "unsat":
            return
        command = commands.nextCommand()


if __name__ == "__main__":
    answer(sys.argv[1])
