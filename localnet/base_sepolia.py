"""Base Sepolia to fork from: the real one where BASE_SEPOLIA_RPC_URL is set, else a stand-in.

    python -m localnet.base_sepolia COMMAND ...    runs the command with BASE_SEPOLIA_RPC_URL set

The stand-in has Base Sepolia's chain id, the real USDC and the identity registry at their real
addresses. With `--block-time 2` before the command it makes blocks by itself, which a rehearsal of
a live deployment waits for.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from artifacts import SetupError
from localnet import identity, usdc
from localnet.anvil import Anvil

CHAIN_ID = 84532
RPC_URL = "BASE_SEPOLIA_RPC_URL"


@contextmanager
def upstream(*, port: int | None = None, block_time: int | None = None) -> Iterator[str]:
    """Offer an RPC endpoint of Base Sepolia.

    Args:
        port: Where the stand-in listens; a free port where none is given.
        block_time: Seconds between the stand-in's blocks; without it every transaction is a block.

    Yields:
        Its URL.

    Raises:
        SetupError: The stand-in could not be set up.
    """
    if real := os.environ.get(RPC_URL):
        yield real
        return
    with Anvil(port=port, chain_id=CHAIN_ID) as anvil:
        usdc.place(anvil.w3)
        identity.place(anvil.w3)
        anvil.rpc("evm_mine")  # what was placed without a transaction belongs to a block as well
        if block_time is not None:
            anvil.rpc("evm_setIntervalMining", block_time)
        yield anvil.url


def main(argv: list[str]) -> int:
    """Run a command beside the chain.

    Args:
        argv: The command line.

    Returns:
        The command's exit code.
    """
    parser = argparse.ArgumentParser(
        prog="python -m localnet.base_sepolia", description="Run a command on a fork."
    )
    parser.add_argument("--port", type=int, help="where the stand-in listens")
    parser.add_argument("--block-time", type=int, help="seconds between its blocks")
    parser.add_argument(
        "command", nargs=argparse.REMAINDER, help="what to run with BASE_SEPOLIA_RPC_URL set"
    )
    asked = parser.parse_args(argv)
    if not asked.command:
        parser.error("a command is missing")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with upstream(port=asked.port, block_time=asked.block_time) as url:
            return subprocess.call(asked.command, env={**os.environ, RPC_URL: url})
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
