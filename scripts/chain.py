"""Run a local chain with everything deployed, until Ctrl-C: `make chain` or `ape run chain`."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from agentescrow.domain.contracts import CONTRACTS
from artifacts import SetupError
from deployment.errors import DeploymentError
from deployment.local_chain import NETWORK, ROLES, LocalChain, local_chain
from deployment.record import Records
from localnet.errors import PortTaken


@click.command()
@click.option("--port", default=8545, show_default=True, type=click.IntRange(1, 65535))
def cli(port: int):
    """Run a local chain with USDC, an identity registry and the contracts, until Ctrl-C."""
    records = Records()
    try:
        with local_chain(records, port=port) as chain:
            stopped = _stop_event()
            click.echo(_how_to_connect(chain, records.path(NETWORK)))
            stopped.wait()
    except PortTaken:
        free = port % 65535 + 1
        raise click.ClickException(f"Port {port} is taken: make chain PORT={free}") from None
    except (SetupError, DeploymentError) as error:
        raise click.ClickException(str(error)) from None
    click.echo("\nThe chain has stopped.")


def _stop_event() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):  # Ape's handler exits with an error
        signal.signal(number, lambda *_: stopped.set())
    return stopped


def _how_to_connect(chain: LocalChain, file: Path) -> str:
    record = chain.record
    contracts = {each.name: getattr(record, each.key) for each in CONTRACTS}
    lines = [f"A local chain is running at {chain.url} (chain id {record.chain_id})", ""]
    lines += [f"  {name:<17} {address}" for name, address in contracts.items()]
    lines += [
        "",
        "Accounts, whose keys everybody knows (never use them on a public chain):",
        "",
    ]
    lines += [
        f"  {role:<9} TEST::{index}  {chain.accounts[role].address}  "
        f"{chain.accounts[role].key.to_0x_hex()}"
        for index, role in enumerate(ROLES)
    ]
    poster = chain.accounts["poster"].address
    lines += ["", "poster, agent and outsider have 10,000 USDC each; all have ETH. Try:", ""]
    lines += [
        f'  cast call {record.usdc} "balanceOf(address)(uint256)" {poster} --rpc-url {chain.url}',
        f'  cast call {record.runs} "runCount()(uint256)" --rpc-url {chain.url}',
        f"  ape run show --network {chain.url}",
        "",
        "or start the service, each command in a terminal of its own:",
        "",
        f"  export RPC_URL={chain.url} DEPLOYMENT={file} API_URL=http://127.0.0.1:8000",
        "  agentescrow index",
        "  agentescrow serve",
        f"  AGENT_PRIVATE_KEY={chain.accounts['agent'].key.to_0x_hex()} "
        "agentescrow agents register",
    ]
    return "\n".join([*lines, "", "Ctrl-C stops the chain."])
