"""The deployed contracts, money, time, and a run in any state."""

from __future__ import annotations

from contextlib import closing

import pytest

from localnet import usdc as circle_usdc
from tests.contracts.books import Books
from tests.contracts.clock import Clock
from tests.contracts.ledger import Ledger
from tests.contracts.rpc import Rpc
from tests.contracts.runs import MIN_STAKE, Runs
from tests.contracts.signing import Signing

PURSE = 10**15
"""What posters have: a thousand million USDC, enough for the greatest rewards."""


@pytest.fixture(autouse=True)
def _isolated(chain, rpc):
    """Undo what a test and its own fixtures did; what belongs to the session is made before."""
    snapshot = chain.snapshot()
    yield
    rpc.settle()
    chain.restore(snapshot)


@pytest.fixture(scope="session")
def rival(accounts):
    """Owns an agent of its own and competes with `agent`."""
    return accounts[6]


@pytest.fixture(scope="session")
def buyer(accounts):
    """Buys what others sell: an agent's NFT."""
    return accounts[7]


@pytest.fixture(scope="session")
def forwarder(project, owner):
    """The trusted ERC-2771 forwarder."""
    return owner.deploy(project.Forwarder)


@pytest.fixture(scope="session")
def registry(project, owner, usdc, identity, forwarder):
    """The StakeRegistry; its first market is the escrow, deployed next."""
    escrow = owner.get_deployment_address(owner.nonce + 1)
    return owner.deploy(project.StakeRegistry, usdc, identity, owner, [escrow], forwarder)


@pytest.fixture(scope="session")
def escrow(project, owner, usdc, registry, treasury, forwarder):
    """The RunEscrow."""
    escrow = owner.deploy(project.RunEscrow, usdc, registry, treasury, owner, forwarder)
    assert registry.isMarket(escrow), "the registry expects the escrow at another address"
    return escrow


@pytest.fixture(scope="session")
def rpc(w3):
    """Bare JSON-RPC, for what only prepares or checks."""
    with closing(Rpc(w3)) as rpc:
        yield rpc


@pytest.fixture(scope="session")
def people(rpc, poster, agent, outsider, treasury, owner, relayer, rival, buyer):
    """All roles, as plain accounts.

    On a fork of the public chain Anvil's well-known accounts carry other people's code
    (EIP-7702), which would have to sign for them.
    """
    everybody = [poster, agent, outsider, treasury, owner, relayer, rival, buyer]
    for account in everybody:
        rpc.ask("anvil_setCode", account.address, "0x")
    return everybody


@pytest.fixture(scope="session")
def fund(w3):
    """`fund(account, amount)`: new USDC, in base units."""
    return lambda account, amount: circle_usdc.mint(w3, account.address, amount)


@pytest.fixture(scope="session")
def enlist(identity, usdc, registry, fund):
    """`enlist(account, stake=…)`: register an agent of the account's, stake, return its id."""

    def enlist(account, stake=MIN_STAKE):
        registered = identity.register(sender=account)
        (log,) = registered.decode_logs(identity.Registered)
        fund(account, 100 * MIN_STAKE)
        usdc.approve(registry, 2**256 - 1, sender=account)
        if stake:
            registry.stake(log.agentId, stake, sender=account)
        return log.agentId

    return enlist


@pytest.fixture(scope="session")
def rival_id(people, enlist, rival):
    """The rival's agent: number 0 on a fresh chain; staked."""
    return enlist(rival)


@pytest.fixture(scope="session")
def agent_id(rival_id, enlist, agent, poster, outsider, usdc, escrow, fund):
    """The agent: not number 0, with 20 USDC staked. Poster and outsider can pay for any run."""
    for payer, amount in ((poster, PURSE), (outsider, PURSE)):
        fund(payer, amount)
        usdc.approve(escrow, 2**256 - 1, sender=payer)
    return enlist(agent)


@pytest.fixture(scope="session")
def clock(rpc):
    """`clock.at(t)`: time of the next transaction; `clock.now()`; `clock.mine(at=t)` for views."""
    return Clock(rpc)


@pytest.fixture(scope="session")
def runs(rpc, clock, escrow, poster, agent, agent_id):
    """Makes runs; the fixtures below are its factories."""
    return Runs(rpc, clock, escrow, poster, agent, agent_id)


@pytest.fixture(scope="session")
def ledger(rpc, usdc, people, escrow, registry, agent_id):
    """`with ledger.moves({poster: -5}):` checks the balances of everybody."""
    return Ledger(rpc, usdc, [*people, escrow, registry])


@pytest.fixture(scope="session")
def books(rpc, ledger, escrow, registry):
    """`with books.moves({poster: -5}, owed=5):` checks balances, liabilities and solvency."""
    return Books(rpc, ledger, escrow, registry)


@pytest.fixture(scope="session")
def signing(chain, usdc, identity, forwarder, people):
    """Signs permits, authorizations, consents and forwarder requests."""
    return Signing(chain.chain_id, usdc, identity, forwarder)


@pytest.fixture(scope="session")
def terms(runs):
    """`terms(reward=…, deadline=…, review_days=…, max_revisions=…, min_status=…)`: RunTerms."""
    return runs.terms


@pytest.fixture(scope="session")
def draft_run(runs):
    """`draft_run(**terms)` makes a run that is not funded and returns its id; the others alike."""
    return runs.draft


@pytest.fixture(scope="session")
def open_run(runs):
    """A run funded."""
    return runs.open


@pytest.fixture(scope="session")
def claimed_run(runs):
    """A run taken by the agent."""
    return runs.claimed


@pytest.fixture(scope="session")
def started_run(runs):
    """A run worked on."""
    return runs.started


@pytest.fixture(scope="session")
def submitted_run(runs):
    """A run awaiting review."""
    return runs.submitted


@pytest.fixture(scope="session")
def revision_requested_run(runs):
    """A run to be changed."""
    return runs.revision_requested


@pytest.fixture(scope="session")
def approved_run(runs):
    """A run paid."""
    return runs.approved


@pytest.fixture(scope="session")
def rejected_run(runs):
    """A run refused, with no revisions allowed."""
    return runs.rejected


@pytest.fixture(scope="session")
def cancelled_run(runs):
    """A run called off before a claim."""
    return runs.cancelled


@pytest.fixture(scope="session")
def slashed_run(runs):
    """A run whose agent vanished: takes seven days and freezes the agent."""
    return runs.slashed


@pytest.fixture(scope="session")
def state_of(escrow):
    """`state_of(run_id)`: number of the state."""
    return lambda run_id: escrow.getRun(run_id).state


@pytest.fixture(scope="session")
def sell_agent(identity, agent, agent_id):
    """`sell_agent(to)`: the agent's NFT changes hands, which clears its wallet."""
    return lambda to: identity.transferFrom(agent, to, agent_id, sender=agent)


@pytest.fixture(scope="session")
def blacklist(w3):
    """`blacklist(account)`: USDC bars it from sending and receiving."""
    return lambda account: circle_usdc.blacklist(w3, account.address)


@pytest.fixture(scope="session")
def unblacklist(w3):
    """`unblacklist(account)`: USDC lets it again."""
    return lambda account: circle_usdc.unblacklist(w3, account.address)


@pytest.fixture(scope="session")
def pause_usdc(w3):
    """`pause_usdc()`: USDC stops all transfers."""
    return lambda: circle_usdc.pause(w3)


@pytest.fixture(scope="session")
def unpause_usdc(w3):
    """`unpause_usdc()`: USDC goes on."""
    return lambda: circle_usdc.unpause(w3)
