"""The package stands alone."""

from __future__ import annotations

import subprocess
import sys


def test_import__without_ape__works():
    """Section 6 of the layout: an SDK installs without Ape."""
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['ape', 'localnet', 'deployment']));"
        "import agentescrow.chain.contracts, agentescrow.chain.wallet"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
