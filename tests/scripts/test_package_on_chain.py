"""The chain package where the commands do not reach: signatures, relaying, races, records."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agentescrow.chain import deployments
from agentescrow.chain.connection import chain_time, connect
from agentescrow.chain.events import RunCreated, RunFunded, UsdcTransfer
from agentescrow.chain.forwarder import GaslessWallet
from agentescrow.chain.wallet import LocalWallet, NodeWallet
from agentescrow.domain.constants import ONE_USDC
from agentescrow.domain.runs.run import RunState
from agentescrow.errors import (
    ContractReverted,
    DeploymentUnknown,
    InsufficientFunds,
    NodeUnreachable,
    TransactionFailed,
    WrongChain,
)
from tests.waiting import ENOUGH

SALT = b"\x07" * 32


@pytest.fixture
def gasless(contracts, wallets, rpc):
    """The agent without ETH, and a relayer."""
    rpc("anvil_setBalance", wallets.agent.address, "0x0")
    return GaslessWallet(wallets.agent, wallets.relayer, contracts.forwarder)


def test_gasless_wallet__no_eth__claims_and_submits(contracts, open_run, staked_agent, gasless):
    """RUN-19: an agent without ETH signs, a relayer pays."""
    run_id = open_run()

    claimed = contracts.runs.claim_run(gasless, run_id, staked_agent)
    contracts.runs.submit_work(gasless, run_id, "ipfs://w")

    assert claimed.event.wallet == gasless.address
    assert contracts.w3.eth.get_balance(gasless.address) == 0
    assert contracts.forwarder.nonce_of(gasless.address) == 2
    assert contracts.runs.get_run(run_id).state == RunState.SUBMITTED


def test_gasless_wallet__permit_and_multicall__stakes(contracts, staked_agent, gasless):
    """RUN-19, STAKE-1: permit + stake as one request."""
    until = chain_time(contracts.w3) + 600

    staked = contracts.registry.stake(gasless, staked_agent, ONE_USDC, permit_until=until)

    assert staked.event.from_ == gasless.address
    assert contracts.registry.get_agent(staked_agent).staked == 41 * ONE_USDC


def test_gasless_wallet__contract_refuses__says_why(contracts, open_run, gasless):
    """The forwarder swallows reasons; they are found out all the same."""
    with pytest.raises(ContractReverted, match="There is no agent 9") as raised:
        contracts.runs.claim_run(gasless, open_run(), 9)
    assert raised.value.name == "AgentUnknown"


def test_gasless_wallet__relayer_without_eth__is_named(
    contracts, wallets, open_run, staked_agent, gasless, rpc
):
    """RUN-19: it is the relayer who pays, so it is the relayer who lacks ETH."""
    run_id, payer = open_run(), wallets.relayer.address
    rpc("anvil_setBalance", payer, "0x0")

    with pytest.raises(InsufficientFunds, match=payer):
        contracts.runs.claim_run(gasless, run_id, staked_agent)


def test_execute__expired_changed_replayed__is_refused_in_words(
    contracts, wallets, open_run, staked_agent, wait
):
    """RUN-19: a request is valid once, unchanged, until its deadline."""
    forwarder, relayer = contracts.forwarder, wallets.relayer
    run_id, agent = open_run(), wallets.agent.address
    call = contracts.runs.calldata("claimRun", run_id, staked_agent)
    unsigned = forwarder.request(agent, contracts.runs.address, call, valid_seconds=ENOUGH)
    signed = forwarder.sign(wallets.agent, unsigned)
    assert forwarder.verify(signed)

    with pytest.raises(
        ContractReverted, match="it was changed, already used, or signed with another"
    ):
        forwarder.execute(relayer, replace(signed, gas=signed.gas + 1))
    wait(ENOUGH + 1)
    with pytest.raises(ContractReverted, match="expired at 20"):
        forwarder.execute(relayer, signed)

    fresh = forwarder.sign(wallets.agent, forwarder.request(agent, signed.to, call))
    assert forwarder.execute(relayer, fresh).event.success
    with pytest.raises(ContractReverted, match="is CLAIMED"):
        forwarder.execute(relayer, fresh)


def test_authorized_run__sent_by_anyone__is_the_signers(contracts, wallets, terms):
    """RUN-1, STAKE-1: EIP-3009 with a nonce bound to terms and description."""
    escrow, wanted = contracts.runs, terms()
    until = chain_time(contracts.w3) + 600
    signed = escrow.authorize_run(wallets.poster, wanted, "ipfs://d", salt=SALT, valid_before=until)

    with pytest.raises(ContractReverted, match="is not signed by the payer for this purpose"):
        escrow.post_run_with_authorization(wallets.relayer, wanted, "ipfs://other", signed)
    posted = escrow.post_run_with_authorization(wallets.relayer, wanted, "ipfs://d", signed)

    assert posted.event.poster == wallets.poster.address
    kinds = [type(event) for event in posted.events]
    assert kinds[:2] == [RunCreated, RunFunded]
    assert UsdcTransfer in kinds
    with pytest.raises(ContractReverted, match="was already used or cancelled"):
        escrow.post_run_with_authorization(wallets.relayer, wanted, "ipfs://d", signed)


def test_authorized_stake__another_agent__is_refused(contracts, wallets, staked_agent):
    """STAKE-1: a stranger who sees the authorization cannot redirect it."""
    registry, other = contracts.registry, contracts.identity.register(wallets.outsider)
    until = chain_time(contracts.w3) + 600
    amount = 5 * ONE_USDC
    signed = registry.authorize_stake(
        wallets.poster, staked_agent, amount, salt=SALT, valid_before=until
    )

    with pytest.raises(ContractReverted, match="is not signed by the payer for this purpose"):
        registry.stake_with_authorization(wallets.relayer, other.event.agent_id, amount, signed)
    done = registry.stake_with_authorization(wallets.relayer, staked_agent, amount, signed)

    assert done.event.from_ == wallets.poster.address


def test_set_agent_wallet__consent_signed__changes_the_payee(contracts, wallets, staked_agent):
    """RUN-6: the payout wallet is the ERC-8004 agent wallet."""
    until = chain_time(contracts.w3) + 200

    contracts.identity.set_agent_wallet(wallets.agent, staked_agent, wallets.outsider, until)

    assert contracts.registry.payout_wallet_of(staked_agent) == wallets.outsider.address
    with pytest.raises(ContractReverted, match="at most five minutes"):
        contracts.identity.set_agent_wallet(
            wallets.agent, staked_agent, wallets.outsider, until + 3600
        )


def test_node_wallet__keys_in_the_node__sends_and_signs(contracts, wallets, staked_agent):
    """A node that holds the keys serves like a key in this process."""
    wallet = NodeWallet(contracts.w3, wallets.poster.address)
    until = chain_time(contracts.w3) + 600

    done = contracts.registry.stake(wallet, staked_agent, ONE_USDC, permit_until=until)

    assert done.event.from_ == wallet.address


class Overtaken(LocalWallet):
    """A wallet that somebody is quicker than."""

    def overtaken_by(self, action):
        self._action = action
        return self

    def transact(self, tx):
        self._action()
        return super().transact(tx)


class Stingy(LocalWallet):
    """A wallet that sends too little gas along."""

    def transact(self, tx):
        return super().transact({**tx, "gas": 40_000})


def test_write__state_changed_after_the_simulation__says_why(contracts, local, wallets, open_run):
    """RUN-10: the first transaction wins; the second one learns what it met."""
    run_id = open_run()
    slow = Overtaken(local.w3, local.accounts["poster"])
    slow.overtaken_by(lambda: contracts.runs.cancel_run(wallets.poster, run_id))

    with pytest.raises(ContractReverted, match=f"Run {run_id} is CANCELLED"):
        contracts.runs.cancel_run(slow, run_id)


def test_write__out_of_gas__names_the_transaction(contracts, local, open_run):
    """A failure without a reason is reported with the hash to look for."""
    run_id = open_run()

    with pytest.raises(TransactionFailed, match="ran out of gas"):
        contracts.runs.cancel_run(Stingy(local.w3, local.accounts["poster"]), run_id)


def test_owner_calls__by_the_owner__work(contracts, wallets, open_run):
    """RUN-18, STAKE-9: pause stops entries; markets are added, allowed and retired."""
    escrow, registry, owner = contracts.runs, contracts.registry, wallets.owner
    market = wallets.outsider.address

    escrow.pause(owner)
    with pytest.raises(ContractReverted, match="The contract is paused"):
        open_run()
    escrow.unpause(owner)
    agent_id = contracts.identity.register(wallets.agent).event.agent_id
    assert registry.add_market(owner, market).event.market == market
    assert (registry.is_market(market), registry.market_allowance(agent_id, market)) == (True, 0)
    allowed = registry.allow_market(wallets.agent, agent_id, market, 20 * ONE_USDC).event
    assert (allowed.agent_id, allowed.market, allowed.cap) == (agent_id, market, 20 * ONE_USDC)
    assert registry.market_allowance(agent_id, market) == 20 * ONE_USDC
    assert registry.retire_market(owner, market).event.market == market
    assert registry.market_allowance(agent_id, market) == 0
    treasury = wallets.poster.address
    assert escrow.set_treasury(owner, treasury).event.treasury == treasury
    assert escrow.treasury() == treasury
    for vault in (escrow, registry):
        assert vault.owner() == owner.address
        assert vault.trusts(contracts.forwarder.address)


def test_claim_eligibility__of_a_newcomer__names_the_reasons(contracts, wallets, open_run):
    """RUN-5: one bit a reason."""
    agent_id = contracts.identity.register(wallets.agent).event.agent_id

    reasons = contracts.runs.claim_eligibility(open_run(), agent_id)

    assert [reason.name for reason in reasons] == ["AGENT_UNVERIFIED", "INSUFFICIENT_STAKE"]


def test_find__records_of_one_chain_id__takes_public_ones_alone(
    local, record_file, tmp_path, monkeypatch
):
    """A leftover record of a rehearsal, made with keys that everybody has, is never found."""
    monkeypatch.setattr(deployments, "FOLDER", tmp_path)
    record = json.loads(record_file.read_text())

    def write(network, **changes):
        content = {**record, "network": network, **changes}
        (tmp_path / f"{network}.json").write_text(json.dumps(content))

    unsaid = {key: value for key, value in record.items() if key != "kind"}
    (tmp_path / "old.json").write_text(json.dumps(unsaid))
    write("local")
    write("some-fork", kind="fork")
    for look in (lambda: deployments.find(local.w3), lambda: deployments.load(31337)):
        with pytest.raises(
            DeploymentUnknown, match="no deployment on a public chain with id 31337"
        ):
            look()
    write("some", kind="public")
    assert deployments.find(local.w3).network == "some"
    assert deployments.load(31337).network == "some"
    with pytest.raises(DeploymentUnknown, match="chain with id 5"):
        deployments.load(5)


def test_connect__wrong_chain_or_nobody__is_said(local):
    """The first question to a node is which chain it serves."""
    assert connect(local.url, 31337).eth.chain_id == 31337
    with pytest.raises(WrongChain, match="is on chain 8453, the node on 31337"):
        connect(local.url, 8453)
    with pytest.raises(NodeUnreachable, match="does not answer"):
        connect("http://127.0.0.1:1")
