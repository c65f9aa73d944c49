"""Calldata that no wallet would write, and what no function of the contracts answers to."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from agentescrow.domain.constants import DAY, MIN_STAKE, ONE_USDC
from agentescrow.domain.runs.terms import RunTerms
from localnet.chain import Contract
from tests.stateful import people
from tests.stateful.malformed import HARMLESS, Malformation, can_be, malformed
from tests.stateful.offers import Part, anybody, picks
from tests.stateful.outcome import DONE, Via
from tests.stateful.people import BY_ADDRESS, Person
from tests.stateful.stage import AGENTS_CALLS, CALLS, Stage
from tests.stateful.world import to_chain

_WORDS = bytes(64)
# None at all, half of one, unknown ones, those of ERC-20, and what NFTs are announced with.
_NO_FUNCTIONS = (
    b"",
    bytes.fromhex("dead"),
    bytes.fromhex("00000000") + _WORDS,
    bytes.fromhex("ffffffff") + _WORDS,
    bytes.fromhex("a9059cbb") + _WORDS,
    bytes.fromhex("23b872dd") + _WORDS,
    bytes.fromhex("150b7a02") + _WORDS,
)

_Call = tuple[Person, Contract, str, tuple[Any, ...]]


class MalformedRules(Stage):
    """Good calls whose calldata is malformed, and no calls at all."""

    @rule(
        how=st.sampled_from(Malformation),
        pick=picks,
        which=st.integers(0, 255),
        via=st.sampled_from([Via.DIRECTLY] * 3 + [Via.IN_A_MULTICALL, Via.RELAYED]),
    )
    def somebody_writes_calldata_by_hand(
        self, how: Malformation, pick: int, which: int, via: Via
    ) -> None:
        """What is malformed is refused although the same call is good; rubbish makes none bad."""
        sender, contract, function, args = self._one_call(how, pick)
        types = contract.abi.types(function, len(args))

        def shaped(data: bytes) -> bytes:
            return malformed(how, types, data, which)

        if how in HARMLESS:
            came = self.world.act(sender, contract, function, *args, via=via, shaped=shaped)
        else:
            ether = how is Malformation.WITH_ETHER
            words = f"{function} with {how.value}"
            data = shaped(contract.calldata(function, *map(to_chain, args)))
            way = Via.DIRECTLY if ether else via
            self.world.knock(sender, contract, data, words, *args, via=way, wei=int(ether))
            came = self.world.act(sender, contract, function, *args)
        self.tally.malformed[how.name] += came == DONE

    @rule(
        by=anybody,
        data=st.sampled_from(_NO_FUNCTIONS),
        at_the_escrow=st.booleans(),
        ether=st.booleans(),
    )
    def somebody_calls_no_function(
        self, by: Person, data: bytes, at_the_escrow: bool, ether: bool
    ) -> None:
        vault = self.escrow if at_the_escrow else self.registry
        wei = int(ether and by.holder is None)
        words = f"{data[:4].hex() or 'nothing'}{' with one wei' * wei}"
        self.world.knock(by, vault, data, words, wei=wei)

    def _one_call(self, how: Malformation, pick: int) -> _Call:
        """A call that somebody may well make now, and that can be malformed so."""
        fitting = [
            (sender, contract, function, args)
            for sender, contract, function, args in (
                *self._calls_by_payers(),
                *self._calls_on_runs(pick),
                *self._calls_on_money(),
                *self._calls_by_the_market(pick),
            )
            if can_be(how, contract.abi.types(function, len(args)))
            and not (how is Malformation.WITH_ETHER and sender.holder)
        ]
        return fitting[pick % len(fitting)]

    def _calls_by_payers(self) -> list[_Call]:
        payer, text, agent_id = people.rich_poster, "ipfs://task", self.agents[0]
        terms = RunTerms(ONE_USDC, self.world.now + DAY)
        stake, run = (
            self.ground.signatures.payment(
                vault.authorize(payer.address, amount, *purpose, salt=self.world.now)
            )
            for vault, amount, purpose in (
                (self.twin.registry, MIN_STAKE, (agent_id,)),
                (self.twin.escrow, terms.cost, (terms, text)),
            )
        )
        return [
            (payer, self.escrow, "createRun", (terms, text)),
            (payer, self.escrow, "postRun", (terms, text)),
            (payer, self.escrow, "postRunWithAuthorization", (terms, text, run)),
            (payer, self.registry, "stake", (agent_id, MIN_STAKE)),
            (payer, self.registry, "stakeWithAuthorization", (agent_id, MIN_STAKE, stake)),
        ]

    def _calls_on_runs(self, pick: int) -> list[_Call]:
        calls: list[_Call] = []
        for call in CALLS:
            if self.runs_for(call):
                run_id = self.run_for(call, pick)
                run = self.run(run_id)
                agent_id = run.agent_id if run.claimed_at else self.agent_for(run, pick)
                part = Part.WALLET if call in AGENTS_CALLS else Part.POSTER
                sender = self.who(part, run, agent_id)
                calls.append((sender, self.escrow, call, (run_id, *self.rest_of(call, agent_id))))
        return calls

    def _calls_on_money(self) -> list[_Call]:
        """Withdrawals of stakes and of credits, and the treasury where it is already."""
        to, calls = people.safe_place, list[_Call]()
        platform, treasury = BY_ADDRESS[self.twin.escrow.owner], self.twin.escrow.treasury
        calls.append((platform, self.escrow, "setTreasury", (treasury,)))
        for agent_id in self.agents:
            if self.twin.registry.available_stake(agent_id):
                sender = self.who(Part.NFT_OWNER, None, agent_id)
                calls.append((sender, self.registry, "unstake", (agent_id, 1, to)))
        for vault, twin in ((self.escrow, self.twin.escrow), (self.registry, self.twin.registry)):
            for account in twin.credits:
                calls.append((BY_ADDRESS[account], vault, "withdrawCredit", (to,)))
        return calls

    def _calls_by_the_market(self, pick: int) -> list[_Call]:
        """A market of the constructor, retired or not; it switches off nothing."""
        market, agent_id = people.second_market, self.one_of(self.agents, pick)
        calls: list[_Call] = [
            (market, self.registry, "lock", (agent_id, 1, pick % 2)),
            (market, self.registry, "stopClaims", (False,)),
        ]
        if self.twin.registry.locks.get((market.address, agent_id)):
            calls.append((market, self.registry, "release", (agent_id, 1, 0)))
            calls.append(
                (market, self.registry, "slash", (agent_id, 1, 1, people.safe_place, True))
            )
        return calls
