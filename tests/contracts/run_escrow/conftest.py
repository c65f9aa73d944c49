"""What the tests of RunEscrow need besides: what may go wrong around a run."""

from __future__ import annotations

import pytest

from tests.contracts.run_escrow.authorization import SALT
from tests.contracts.runs import COST, IPFS

ZERO = "0x" + "00" * 20
_REVERTING_CODE = "0x5f5ffd"  # PUSH0 PUSH0 REVERT


@pytest.fixture(scope="session", autouse=True)
def _staffed(agent_id):
    """An agent is staked and the poster can pay before any test begins."""


@pytest.fixture(scope="session")
def get_run(escrow):
    """`get_run(run_id)`: the view's answer as a dict, to be compared as a whole."""
    return lambda run_id: dict(escrow.getRun(run_id).items())


@pytest.fixture(scope="session")
def set_wallet(identity, agent, agent_id, signing, clock):
    """`set_wallet(account)`: the agent is paid at another address from the next claim on."""

    def set_wallet(account):
        deadline = clock.now() + 120
        consent = signing.wallet_consent(account, agent_id, agent, deadline)
        identity.setAgentWallet(agent_id, account, deadline, consent, sender=agent)

    return set_wallet


@pytest.fixture(scope="session")
def silence_identity(rpc, identity):
    """`silence_identity()`: the identity registry reverts whatever it is asked."""
    return lambda: rpc.ask("anvil_setCode", identity.address, _REVERTING_CODE)


@pytest.fixture
def authorize(signing, poster, escrow):
    """`authorize(terms, …)`: the poster signs for reward and fee of 100 USDC."""

    def authorize(terms, uri=IPFS, amount=COST, signer=poster, to=escrow, salt=SALT, **more):
        return signing.run_authorization(signer, to, terms, uri, amount, salt=salt, **more)

    return authorize


@pytest.fixture
def post(escrow, relayer):
    """`post(terms, authorization, …)`: a stranger sends it."""

    def post(terms, authorization, uri=IPFS, sender=relayer):
        return escrow.postRunWithAuthorization(terms, uri, authorization, sender=sender)

    return post


@pytest.fixture
def wallet(project, outsider, fund):
    """A smart-contract wallet of the outsider's, with money."""
    wallet = outsider.deploy(project.Erc1271Wallet)
    fund(wallet, COST)
    return wallet
