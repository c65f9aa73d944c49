"""A node that is restarted with its state, but without its pool of transactions.

given requests that are mined, under way and queued
  when the node is away: nothing is lost
  when it is back: each is mined once, without a gap of nonces
"""

from __future__ import annotations

import pytest

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import load
from agentescrow.chain.pool import Pool
from agentescrow.chain.wallet import LocalWallet
from agentescrow.errors import NodeUnreachable
from agentescrow.relayer.admission import Admission
from deployment.deploy import deploy
from deployment.local_chain import LocalChain, role_accounts
from deployment.parameters import load as parameters
from deployment.record import Records
from localnet import identity, usdc
from localnet.anvil import Anvil, free_port
from tests.relayer.conftest import BOTH, Ground, new_sender
from tests.relayer.test_sender import nonce_of, runs, statuses, work


@pytest.fixture
def node(tmp_path):
    """Keeps its state when it ends."""
    return Anvil(port=free_port(), more=["--state", str(tmp_path / "state.json")])


def deployed(node, folder):
    accounts, w3 = role_accounts(), node.w3
    usdc.place(w3)
    identity.place(w3)
    records = Records(folder, folder / "unfinished")
    record = deploy(
        w3, LocalWallet(w3, accounts["owner"]), parameters("local"), records, tell=print
    )
    (file,) = folder.glob("*.json")
    return Ground(LocalChain(node.url, w3, record, accounts), Contracts(w3, load(file)), file)


@BOTH
def test_step__node_restarted__each_is_mined_once(
    node, database, signers_of, limits, clock, tmp_path
):
    """API-4: the node forgets what it has not mined; the database does not."""
    folder = tmp_path / "records"
    folder.mkdir()
    with node:
        ground = deployed(node, folder)
        pool, first = Pool(node.url), nonce_of(ground)
        deployment = ground.contracts.deployment
        admission = Admission(database, pool, deployment, limits, clock)
        sender = new_sender(database, pool, ground, clock)
        sender.step()
        mined, under_way, queued = (
            [ground.request(signer) for signer in signers_of(ground, 3)] for _ in range(3)
        )
        relays = admission.submit_all(mined)
        work(sender, ground, steps=1)
        ground.rpc("evm_setAutomine", False)
        relays += admission.submit_all(under_way)
        sender.step()
        relays += admission.submit_all(queued)
    with pytest.raises(NodeUnreachable):
        sender.step()
    with node:
        clock.now += 4
        work(sender, ground, steps=3)

        assert statuses(admission, relays) == ["mined"] * 9
        nonces = [admission.find(relay.request_id).nonce for relay in relays]
        assert nonces == list(range(first, first + 9))
        assert runs(ground) == 9
