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


def test_keys__without_coincurve__sign_the_same():
    """A client installs where coincurve has no wheel; eth-account signs more slowly then."""
    program = (
        "import sys; {block}"
        "from agentescrow.chain.keys import account_of;"
        "print(account_of('0x' + '5d' * 32).unsafe_sign_hash(b'e' * 32).signature.hex())"
    )

    with_it, without_it = (
        subprocess.run(
            [sys.executable, "-c", program.format(block=block)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for block in ("import coincurve;", "sys.modules['coincurve'] = None;")
    )

    assert with_it == without_it
