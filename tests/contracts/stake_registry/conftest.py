"""A registry of its own, whose markets are two accounts: tests lock and slash without runs."""

from __future__ import annotations

import pytest

from agentescrow.domain.constants import MIN_STAKE, ONE_USDC
from tests.contracts.ledger import Ledger
from tests.contracts.stake_registry.record_slot import RecordSlot

ENDLESS = 2**256 - 1


@pytest.fixture(scope="session", autouse=True)
def _staffed(agent_id, ledger, signing):
    """Whatever lasts for the session is there before any test begins."""


@pytest.fixture(scope="session")
def market(accounts, chain):
    """The registry's first market, whose locks share the agent's slot."""
    return _market(accounts, chain)


@pytest.fixture(scope="session")
def second_market(accounts, chain):
    """A further market of the constructor's."""
    return _market(accounts, chain)


def _market(accounts, chain):
    account = accounts.generate_test_account()
    chain.provider.set_balance(account.address, 10**18)
    return account


@pytest.fixture(scope="session")
def registry(project, owner, usdc, identity, forwarder, market, second_market):
    """A StakeRegistry that nobody has staked in but `agent`, 20 USDC for `agent_id`."""
    markets = [market, second_market]
    return owner.deploy(project.StakeRegistry, usdc, identity, owner, markets, forwarder)


@pytest.fixture
def added(registry, owner, outsider):
    """A market that the owner added later; nobody has allowed it anything."""
    registry.addMarket(outsider, sender=owner)
    return outsider


@pytest.fixture(scope="session")
def newcomer_id(people, identity, agent):
    """An agent of `agent`'s that nothing was ever staked for."""
    return _register(identity, agent)


@pytest.fixture(scope="session")
def agent_id(newcomer_id, identity, agent, registry, usdc, fund):
    """An agent of `agent`'s, not number 0, with the minimum staked; `agent` may pay for more."""
    registered = _register(identity, agent)
    fund(agent, 10_000 * ONE_USDC)
    usdc.approve(registry, ENDLESS, sender=agent)
    registry.stake(registered, MIN_STAKE, sender=agent)
    return registered


def _register(identity, account) -> int:
    tx = identity.register(sender=account)
    return tx.decode_logs(identity.Registered)[0].agentId


@pytest.fixture(scope="session")
def ledger(rpc, usdc, people, registry, agent_id):
    """`with ledger.moves({poster: -5}):` checks the balances of everybody."""
    return Ledger(rpc, usdc, [*people, registry])


@pytest.fixture
def locked(registry, agent, agent_id, market):
    """Tops the stake up to `staked` and locks `amount` of it for `by`; returns the agent's id."""

    def lock(
        amount: int = MIN_STAKE, *, staked: int = MIN_STAKE, by=market, min_status: int = 1
    ) -> int:
        missing = staked - registry.getAgent(agent_id).staked
        if missing > 0:
            registry.stake(agent_id, missing, sender=agent)
        registry.lock(agent_id, amount, min_status, sender=by)
        return agent_id

    return lock


@pytest.fixture
def slashed(registry, locked, market, poster):
    """Slashes the agent's whole minimum stake `times` times; returns its id."""

    def slash(times: int = 1) -> int:
        identifier = locked(staked=MIN_STAKE * times)
        for _ in range(times - 1):
            locked(staked=0)
        for _ in range(times):
            registry.slash(identifier, MIN_STAKE, MIN_STAKE, poster, True, sender=market)
        return identifier

    return slash


@pytest.fixture
def write_record(w3, registry):
    """Writes fields of an agent's record into storage: values that no test lives to reach."""
    return lambda agent_id, **fields: RecordSlot(w3, registry, agent_id).write(**fields)
