"""Write the ABIs that the package ships: what is compiled here, and the contracts it talks to.

python -m tools.export_abi            writes agentescrow/chain/abi/*.json
python -m tools.export_abi --check    changes nothing, fails where a file is not current
"""

from __future__ import annotations

import json
import sys

from localnet import identity, usdc
from localnet.artifacts import ROOT, ours
from localnet.errors import LocalnetError

FOLDER = ROOT / "agentescrow" / "chain" / "abi"
OWN = ("RunEscrow", "StakeRegistry", "Forwarder")


def exported() -> dict[str, str]:
    """Return the text of each ABI file by its name.

    Raises:
        NotBuilt: The contracts have not been compiled.
    """
    abis = {name: ours(name).abi for name in OWN}
    abis |= {"IdentityRegistry": identity.abi(), "Usdc": usdc.abi()}
    return {f"{name}.json": json.dumps(abi, indent=1) + "\n" for name, abi in abis.items()}


def stale(files: dict[str, str]) -> list[str]:
    """Name the files that differ from what is compiled, and those that nothing is compiled for."""
    found = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    return sorted(name for name in files.keys() | found if files.get(name) != found.get(name))


def main(argv: list[str]) -> int:
    """Write or check the ABI files.

    Args:
        argv: The command line.

    Returns:
        The exit code.
    """
    try:
        files = exported()
    except LocalnetError as error:
        print(error, file=sys.stderr)
        return 1
    changed = stale(files)
    if "--check" in argv:
        for name in changed:
            print(f"agentescrow/chain/abi/{name} is not current: run `make build`", file=sys.stderr)
        return bool(changed)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in files:
            (FOLDER / name).write_text(files[name])
        else:
            (FOLDER / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
