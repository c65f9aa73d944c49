"""A client signs what its caller asked for, and nothing that a server makes of it."""

from __future__ import annotations

import copy
import json
import time
from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace

import pytest

from agentescrow import (
    AgentClient,
    ContractReverted,
    InvalidInput,
    Refused,
    ServiceProblem,
    UntrustedRequest,
)
from agentescrow.chain.connection import chain_time
from agentescrow.chain.vault import Authorization
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.wire import relay as wire
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC


class _Liar(Between):
    """Changes the typed data of a 401."""

    def __init__(self, api_url, change):
        super().__init__(api_url)
        self._change = change

    def passes(self, _seen, answer):
        content = answer.read()
        if answer.status_code != 401:
            return content
        problem = json.loads(content)
        problem["typedData"] = self._change(copy.deepcopy(problem["typedData"]))
        return json.dumps(problem).encode()


@pytest.fixture
def through(market):
    """Makes a gasless client of a role behind a server that changes what is to be signed."""
    with ExitStack() as opened:

        def make(change, role="agent"):
            liar = _Liar(market.api_url, change)
            url = opened.enter_context(between(liar))
            options = market.options(role, True, False)
            return liar, opened.enter_context(AgentClient(url, **options))

        yield make


def _set(*path):
    *parents, name, value = path

    def change(typed):
        inner = typed
        for parent in parents:
            inner = inner[parent]
        inner[name] = value
        return typed

    return change


def _permit_of_everything(_typed):
    return {
        "types": {"Permit": [{"name": "spender", "type": "address"}]},
        "primaryType": "Permit",
        "domain": {"name": "USDC"},
        "message": {"spender": "0x" + "66" * 20, "gas": 1, "nonce": 0, "deadline": 1},
    }


LIES = {
    "another call": _set("message", "data", "0x12345678"),
    "another contract": _set("message", "to", "0x" + "66" * 20),
    "another signer": _set("message", "from", "0x" + "66" * 20),
    "ether along": _set("message", "value", 1),
    "another forwarder": _set("domain", "verifyingContract", "0x" + "66" * 20),
    "another chain": _set("domain", "chainId", 1),
    "another name": _set("domain", "name", "USD Coin"),
    "another type": _set("primaryType", "Permit"),
    "further types": _set("types", "Permit", [{"name": "owner", "type": "address"}]),
    "further fields": _set("message", "extra", 1),
    "valid for ever": _set("message", "deadline", 2**48 - 1),
    "all gas there is": _set("message", "gas", 2**200),
    "a nonce that is none": _set("message", "nonce", "0"),
    "true for a number": _set("message", "gas", True),
    "a permit": _permit_of_everything,
    "nothing": lambda _typed: None,
    "no message": lambda typed: {**typed, "message": []},
}


def test_gasless__server_that_lies__gets_no_signature(market, through, agent_id, run_id):
    """API-4, API-7: nothing is signed that is not the forwarder's call that was asked for."""
    for lie, change in LIES.items():
        liar, agent = through(change)
        with pytest.raises(UntrustedRequest):
            agent.runs.claim(run_id, agent_id)
        assert liar.signed == [], lie
    assert market.contracts.runs.get_run(run_id).state == RunState.OPEN


def test_gasless__server_that_lies_to_a_poster__gets_no_signature_for_more(market, through):
    """API-4, API-7: what it gets is good for the run that was asked for, and for nothing else."""
    escrow, usdc = market.contracts.runs, market.contracts.usdc
    outsider = LocalWallet(market.chain.w3, market.chain.accounts["outsider"])
    liar, poster = through(lambda _typed: None, "poster")
    liar.stands_in = lambda seen: (400, b"{}") if seen.is_signed else None
    deadline = poster.readiness().indexed_at + 86_400
    with pytest.raises(ServiceProblem):
        poster.runs.create(USDC, deadline, "ipfs://asked-for")
    kept = wire.Authorization.model_validate(liar.seen[-1].body["authorization"])
    signature, salt = bytes.fromhex(kept.signature[2:]), bytes.fromhex(kept.salt[2:])
    paid = Authorization(poster.address, 0, kept.valid_before, salt, signature)
    asked = RunTerms(USDC, deadline)
    for terms, uri in ((replace(asked, reward=2 * USDC), "ipfs://asked-for"), (asked, "ipfs://x")):
        with pytest.raises(ContractReverted):
            escrow.post_run_with_authorization(outsider, terms, uri, paid)
    assert usdc.allowance(poster.address, escrow.address) == 0
    posted = escrow.post_run_with_authorization(outsider, asked, "ipfs://asked-for", paid)
    assert escrow.get_run(posted.event.run_id).poster == poster.address


PERMIT_LIES = {
    "more than the run costs": _set("message", "value", 2**255),
    "another spender": _set("message", "spender", "0x" + "66" * 20),
    "another owner": _set("message", "owner", "0x" + "66" * 20),
    "another token": _set("domain", "verifyingContract", "0x" + "66" * 20),
    "valid for ever": _set("message", "deadline", 2**48 - 1),
    "a nonce that is none": _set("message", "nonce", True),
    "nothing": lambda _typed: None,
}


def test_fund__server_that_lies__gets_no_permit(client, through):
    """API-4, API-7: a permit is over what the run costs, for RunEscrow, and for an hour or so."""
    draft = client("poster").runs.create(USDC, "+1d", "ipfs://x", fund=False).bounty_id
    for lie, change in PERMIT_LIES.items():
        liar, poster = through(change, "poster")
        with pytest.raises(UntrustedRequest):
            poster.runs.fund(draft)
        assert liar.signed == [], lie
        assert not any(seen.body and "permit" in seen.body for seen in liar.seen), lie


class _Greedy(_Liar):
    """Asks for a permit where nothing is to be paid."""

    def passes(self, seen, answer):
        content = super().passes(seen, answer)
        return content.replace(b"SIGNATURE_REQUIRED", b"PERMIT_REQUIRED")


def test_claim__server_that_asks_for_a_permit__gets_none(market, agent_id, run_id):
    """API-4, API-7."""
    greedy = _Greedy(market.api_url, _permit_of_everything)
    with (
        between(greedy) as url,
        AgentClient(url, **market.options("agent", True, False)) as agent,
        pytest.raises(UntrustedRequest, match="nothing is to be paid"),
    ):
        agent.runs.claim(run_id, agent_id)
    assert greedy.signed == []


def test_gasless__server_of_another_record__gets_no_signature(market, agent_id, run_id):
    """API-7: contracts come from the caller's record, whatever the server works with."""
    ours = market.contracts.deployment
    elsewhere = "0x" + "66" * 20
    for other in (
        replace(ours, chain_id=8453),
        replace(ours, forwarder=elsewhere),
        replace(ours, runs=elsewhere),
    ):
        options = market.options("agent", True, False) | {"deployment": other}
        with (
            AgentClient(market.api_url, **options) as agent,
            pytest.raises(UntrustedRequest, match="nothing was signed"),
        ):
            agent.runs.claim(run_id, agent_id)
    assert market.contracts.runs.get_run(run_id).state == RunState.OPEN


def test_gasless__deadlines__are_measured_by_no_clock_of_the_api(market, through, monkeypatch):
    """API-7: what is signed does not end when the server likes."""
    _, poster = through(lambda typed: typed, "poster")
    early = chain_time(market.chain.w3) - 10 * 86_400
    clock = SimpleNamespace(time=lambda: early, monotonic=time.monotonic)
    monkeypatch.setattr("agentescrow.sdk.session.time", clock)
    with pytest.raises(UntrustedRequest, match="deadline"):
        poster.runs.create(USDC, "+11d", "ipfs://x", fund=False)


def test_gasless__server_that_passes_on__is_signed_for(through, agent_id, run_id):
    """API-4: the same way without a lie goes through, so the lies are what was refused."""
    liar, agent = through(lambda typed: typed)
    assert agent.runs.claim(run_id, agent_id).run.state == RunState.CLAIMED
    assert len(liar.signed) == 1


def test_keys__of_a_client__are_in_no_text(market, caplog):
    """API-7: neither in what is printed of a client, nor in logs, nor in errors."""
    caplog.set_level("DEBUG")
    key = market.chain.accounts["agent"].key.to_0x_hex()
    options = market.options("agent", True, True)
    with AgentClient(market.api_url, **options) as agent:
        session = agent._session
        seen = [repr(each) for each in (agent, agent.runs, session.options, session.wallet())]
        with pytest.raises(Refused) as caught:
            agent.runs.approve(10**9)
        seen += [repr(caught.value), str(caught.value), caplog.text]
    with pytest.raises(InvalidInput) as refused:
        AgentClient(market.api_url, private_key=key + "00")
    seen += [repr(refused.value), str(refused.value.__context__)]
    for text in seen:
        assert key[2:] not in text.lower()
    assert caplog.text
