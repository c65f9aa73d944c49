"""A node and an API that lie in every answer that they can lie in, one lie at a time.

given a client that pays, takes out, or approves
  when any one field of any one answer is a lie, and the client is asked again after its error
    nothing is signed for another chain, contract, amount or call than was asked for
    it is paid once at most, and no other run is approved
    what is returned as done is what was asked for, where a node is believed

The answers are those that the client really gets: it does everything once honestly, and each field
of each answer that it got is a place for a lie. A sample of them is played; LIES=all plays all.
"""

from __future__ import annotations

import json
import os
import random
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from eth_account import Account

from agentescrow import AgentClient, AgentEscrowError
from agentescrow.chain import read_your_writes, transactions
from agentescrow.chain import wallet as wallets
from agentescrow.chain.fees import CALL_GAS_MAX, max_fee_on
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.runs.run import RunState
from tests.indexer.faulty_node import FaultyNode
from tests.sdk.between import Between, between
from tests.sdk.conftest import USDC
from tests.waiting import ENOUGH

COST = USDC * 105 // 100
PLENTY = 10_000 * USDC
SAMPLE = 4
"""Places of each story that are played where nobody asks for all."""

_NUMBER = re.compile(r"0x[0-9a-f]+|[0-9]+")

Place = tuple[str, tuple[str | int, ...]]
"""Whose answer, to what, and where in it."""


def places_in(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every field of an answer, and every object and list as a whole."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places_in(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:2]):
            yield from places_in(inner, (*path, number))


def lie_about(value: Any, dice: random.Random) -> Any:
    """Something else of the same kind, as a rule."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return dice.choice([0, value + 1, 2**200])
    if isinstance(value, str) and re.fullmatch("0x[0-9a-f]*", value):
        return _other_digits(value, dice)
    if isinstance(value, str) and value.isdigit():
        return dice.choice(["0", str(int(value) + 1), str(2**70)])
    if isinstance(value, str):
        return dice.choice(["APPROVED", "0x" + "66" * 20, "2031-01-01T00:00:00.000Z", ""])
    return dice.choice([None, [], {}])


def _other_digits(value: str, dice: random.Random) -> str:
    if len(value) < 66:
        number = int(value, 16) if value != "0x" else 0
        return hex(dice.choice([0, number + 1, max(number - 1, 0), 2**64]))
    word = dice.choice(["0" * 64, "f" * 64, f"{1:064x}", f"{8453:064x}", "66" * 32])
    last = value[:-1] + ("0" if value[-1] != "0" else "1")
    return dice.choice(["0x", last, value[:2] + word + value[66:]])


@dataclass
class Liars:
    """Hear every answer; about one place in them they lie."""

    heard: dict[Place, None] = field(default_factory=dict)
    place: Place | None = None
    dice: random.Random = field(default_factory=random.Random)

    def answer(self, asked: str, told: Any) -> Any:
        """Pass an answer on, or lie."""
        for path in places_in(told):
            self.heard.setdefault((asked, path))
        if self.place is None or self.place[0] != asked:
            return told
        return _changed(deepcopy(told), self.place[1], self.dice)

    def node(self, question: dict[str, Any], answer: dict[str, Any]) -> tuple[int, bytes]:
        """As `FaultyNode` wants it."""
        asked = question["method"]
        if asked == "eth_call":
            call = question["params"][0]
            asked += " " + str(call.get("data", call.get("input", "")))[:10]
        if "result" in answer:
            answer["result"] = self.answer(f"node {asked}", answer["result"])
        return 200, json.dumps(answer).encode()


def _changed(told: Any, path: tuple[str | int, ...], dice: random.Random) -> Any:
    if not path:
        return lie_about(told, dice)
    with suppress(LookupError, TypeError):  # an answer of another form, to the same question
        told[path[0]] = _changed(told[path[0]], path[1:], dice)
    return told


class LyingApi(Between):
    """The API's half of them."""

    def __init__(self, api_url: str, liars: Liars) -> None:
        super().__init__(api_url)
        self._liars = liars

    def passes(self, seen, answer):
        content = answer.read()
        route = _NUMBER.sub("N", seen.path.split("?")[0])
        asked = f"api {seen.method} {route} {answer.status_code}"
        return orjson.dumps(self._liars.answer(asked, orjson.loads(content)))


@dataclass
class Signed:
    """What was signed in the name of an account."""

    address: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    transactions: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def impatient() -> Iterator[None]:
    """What a liar never says is not waited for; what is honest may take its time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read_your_writes, "PATIENCE", 0.1)
        patch.setattr(wallets, "PATIENCE", 0.1)
        patch.setattr(transactions, "_WAIT_SECONDS", 0)
        yield


@pytest.fixture
def signed(monkeypatch):
    """Sees every message and transaction before it is signed."""
    seen = Signed("")
    sign, complete = LocalWallet.sign_typed_data, wallets.completed

    def signing(wallet, message):
        if wallet.address == seen.address:
            seen.messages.append(message)
        return sign(wallet, message)

    def completing(w3, tx, *more):
        full = complete(w3, tx, *more)
        if full["from"] == seen.address:
            seen.transactions.append(full)
        return full

    monkeypatch.setattr(LocalWallet, "sign_typed_data", signing)
    monkeypatch.setattr(wallets, "completed", completing)
    return seen


class Story(ABC):
    """Something that moves money once, told through clients that are lied to.

    Attributes:
        role: Whose money it is.
        pays: Base units that it moves, of the role's or of its stake.
        spender: The contract that is called, and may pull, by its name in the record.
    """

    role, pays, spender = "poster", COST, "runs"

    def __init__(self, market, client, agent_id):
        self.market, self.contracts, self.agent_id = market, market.contracts, agent_id
        self.honest = client(self.role)
        self.number = 0
        self.prepare(client)

    def prepare(self, client):  # noqa: B027 - most stories need no scene
        """Set the scene, once."""

    def begin(self):
        """Before each lie; what is moved is counted from here on."""
        self.number += 1
        self.receiver = Account.create().address
        self.before = self.contracts.usdc.balance_of(self.honest.address)

    @abstractmethod
    def act(self, client):
        """Do what the story is about."""

    def moved(self) -> int:
        return self.before - self.contracts.usdc.balance_of(self.honest.address)

    @abstractmethod
    def is_what_was_asked(self, done):
        """Whether what was returned is on the chain what was asked for."""


class Create(Story):
    """A run that is paid for."""

    def act(self, client):
        return client.runs.create(USDC, "+2d", f"ipfs://lie-{id(self)}-{self.number}")

    def is_what_was_asked(self, done):
        run = self.contracts.runs.get_run(done.bounty_id)
        return (run.poster, run.reward) == (self.honest.address, USDC) and self.moved() == COST


class CreateByAllowance(Create):
    """The same, by an allowance."""

    def prepare(self, client):
        wallet = LocalWallet(self.market.chain.w3, self.market.chain.accounts["poster"])
        self.contracts.usdc.approve(wallet, self.contracts.runs.address, PLENTY)


class Unstake(Story):
    """Stake that goes to a third party."""

    role, pays, spender = "agent", USDC, "registry"

    def prepare(self, client):
        self.honest.agents.stake(self.agent_id, 500 * USDC)

    def act(self, client):
        return client.agents.unstake(self.agent_id, USDC, self.receiver)

    def moved(self):
        return self.contracts.usdc.balance_of(self.receiver)

    def is_what_was_asked(self, done):
        return self.moved() == USDC


class Approve(Story):
    """A run of 1 USDC, beside one of 500 whose work is rubbish."""

    pays = 0

    def prepare(self, client):
        self.agent = client("agent")
        self.dear = self.submitted(500)

    def submitted(self, reward):
        run = self.honest.runs.create(reward * USDC, "+2d", "ipfs://work").bounty_id
        self.agent.agents.stake(self.agent_id, 20 * USDC)
        self.agent.runs.claim(run, self.agent_id)
        self.agent.runs.submit_work(run, "ipfs://done")
        return run

    def begin(self):
        self.cheap = self.submitted(1)
        super().begin()

    def act(self, client):
        if client.runs.get(self.cheap).state == RunState.SUBMITTED:
            return client.runs.approve(self.cheap)
        return client.runs.get(self.cheap)

    def moved(self):
        state = self.contracts.runs.get_run(self.dear).state
        assert state == RunState.SUBMITTED, "another run was approved"
        return super().moved()

    def is_what_was_asked(self, done):
        return self.contracts.runs.get_run(self.cheap).state == RunState.APPROVED


STORIES = {
    "create, direct": (Create, False, True),
    "create by allowance, direct": (CreateByAllowance, False, True),
    "create, gasless": (Create, True, True),
    "create, gasless without a node": (Create, True, False),
    "unstake, direct": (Unstake, False, True),
    "unstake, gasless": (Unstake, True, True),
    "approve, direct": (Approve, False, True),
    "approve, gasless": (Approve, True, True),
}


@contextmanager
def lied_to(
    story: Story, liars: Liars, *, gasless: bool, node: bool, patience: float = ENOUGH
) -> Iterator[AgentClient]:
    """A client of the story's role, which hears everything through the liars."""
    market = story.market
    with ExitStack() as opened:
        api = opened.enter_context(between(LyingApi(market.api_url, liars)))
        options = market.options(story.role, gasless, node)
        if node:
            lying = opened.enter_context(FaultyNode(market.chain.url))
            lying.fault = lambda: liars.node
            options["rpc_url"] = lying.url
        yield opened.enter_context(AgentClient(api, patience=patience, **options))


def require_harmless(story: Story, signed: Signed) -> None:
    """Whatever was signed is for what was asked for, and for nothing else."""
    deployment, contracts = story.market.contracts.deployment, story.contracts
    spender = getattr(deployment, story.spender)
    for message in signed.messages:
        domain, said = message["domain"], message["message"]
        assert domain["chainId"] == deployment.chain_id, message
        if message["primaryType"] == "ForwardRequest":
            assert domain["verifyingContract"] == deployment.forwarder
            assert (said["to"], said["value"]) == (spender, 0)
            assert said["gas"] <= CALL_GAS_MAX
        else:
            assert domain["verifyingContract"] == deployment.usdc
            assert said.get("spender", said.get("to")) == spender
            assert said["value"] == story.pays
    for tx in signed.transactions:
        assert tx["chainId"] == deployment.chain_id
        assert tx.get("value", 0) == 0
        assert tx["gas"] <= CALL_GAS_MAX
        assert tx["maxFeePerGas"] <= max_fee_on(deployment.chain_id)
        assert tx["to"] in (spender, deployment.usdc)
        if tx["to"] == deployment.usdc:
            approve = contracts.usdc.calldata("approve", spender, story.pays)
            assert bytes(tx["data"]) == bytes(approve)


@pytest.mark.parametrize("name", STORIES)
def test_every_lie__of_node_and_api__moves_no_money_but_once(
    market, client, agent_id, signed, name
):
    """API-7, SECURITY: no signature that harms, no payment twice, no approval of another run."""
    kind, gasless, node = STORIES[name]
    story = kind(market, client, agent_id)
    heard = Liars()
    story.begin()
    with lied_to(story, heard, gasless=gasless, node=node) as honest:
        assert story.is_what_was_asked(story.act(honest))
    signed.address = story.honest.address
    for place, seed in played(list(heard.heard), name):
        story.begin()
        signed.messages.clear()
        signed.transactions.clear()
        liars = Liars(place=place, dice=random.Random(seed))
        told = f"{name}: lie {seed}, about {place}"
        with impatient(), lied_to(story, liars, gasless=gasless, node=node, patience=0.5) as fooled:
            for _ in range(2):
                with suppress(AgentEscrowError):
                    done = story.act(fooled)
                    assert not node or story.is_what_was_asked(done), told
                    break
            liars.place = None
            if story.moved() == 0 or story.moved() > story.pays:
                with suppress(AgentEscrowError):
                    story.act(fooled)
        assert story.moved() <= story.pays, told
        require_harmless(story, signed)


def played(places: list[Place], name: str) -> list[tuple[Place, int]]:
    """The lies that are played, each with the seed of its dice: always the same sample, or all."""
    lies = [(place, number) for number, place in enumerate(sorted(places, key=repr))]
    if os.environ.get("LIES") == "all":
        return lies
    return random.Random(name).sample(lies, min(SAMPLE, len(lies)))
