"""Command line of the generator."""

from __future__ import annotations

import sys

from artifacts import SetupError
from tools.generate.files import FOLDER, generated, stale
from tools.generate.natspec import Undocumented


def main(argv: list[str]) -> int:
    """Write or check the files, and return the exit code."""
    try:
        texts = generated()
    except (SetupError, Undocumented) as error:
        print(error, file=sys.stderr)
        return 1
    changed = stale(texts)
    if "--check" in argv:
        for name in changed:
            print(f"agentescrow/generated/{name} is stale: run `make build`", file=sys.stderr)
        return bool(changed)
    for name in changed:
        file = FOLDER / name
        if name in texts:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(texts[name])
        else:
            file.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
