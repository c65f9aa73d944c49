"""One call, two worlds: `World.act` asks the contracts and the twin the same, and compares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import note

from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import Reverted as TwinReverted
from localnet.chain import Contract, Receipt
from localnet.codec import Reverted
from tests.stateful import people
from tests.stateful.comparison import Comparison
from tests.stateful.ground import Ground
from tests.stateful.outcome import DONE, IMPOSTURES, RELAYS, Outcome, Tally, Via
from tests.stateful.people import Person
from tests.stateful.signatures import SignedPayment, terms_tuple
from tests.stateful.twin import apply, outcome_of
from tests.twin.identity import AgentIdentity

# They ask msg.sender, never a forwarded sender (STAKE-3).
_FOR_MARKETS = {"lock", "release", "slash", "stopClaims"}


class World:
    """The contracts and the twin in one example.

    Attributes:
        twin: What the rules say.
        comparison: What is compared after a step, and at the end.
        given: Base units by contract that came as a donation, which nobody gets back (RUN-24).
        in_a_step: Whether a step has begun and not ended well.
        silent_agents: What the identity registry would say if it answered; None while it does.
        spells: For how many steps yet something stands still, and what ends that.
    """

    def __init__(self, ground: Ground, tally: Tally) -> None:
        """Begin an example."""
        self.ground = ground
        self.tally = tally
        self.twin = ground.begin()
        self.comparison = Comparison(ground, self.twin, tally)
        self.given: Counter[str] = Counter()
        self.in_a_step = False
        self.silent_agents: dict[int, AgentIdentity] | None = None
        self.spells: list[tuple[int, Callable[[], None]]] = []
        self._forwarder_nonces: Counter[str] = Counter()

    @property
    def now(self) -> int:
        """The time of the last step."""
        return self.ground.chain.now

    def moment(self, offset: int | None, limit: int) -> int:
        """Say when the next step happens: a block later, or around a limit still to come."""
        soon = self.now + self.ground.chain.step
        return soon if offset is None or limit + offset <= self.now else limit + offset

    def act(
        self,
        sender: Person,
        contract: Contract,
        function: str,
        *args: Any,
        at: int | None = None,
        via: Via = Via.DIRECTLY,
        shaped: Callable[[bytes], bytes] = bytes,
    ) -> Outcome:
        """Call a function of RunEscrow or StakeRegistry, by the rules and in truth; compare.

        `shaped` may write the calldata in another way that means the same.
        """
        twin = self.twin.escrow if contract is self.ground.escrow else self.twin.registry

        def as_the_rules_say(speaker: str, now: int) -> None:
            apply(twin, function, args, speaker, now)

        return self.act_as(
            sender, contract, function, *args, at=at, via=via, rules=as_the_rules_say, shaped=shaped
        )

    def act_together(
        self,
        sender: Person,
        contract: Contract,
        *calls: tuple[Any, ...],
        at: int | None = None,
        via: Via = Via.DIRECTLY,
    ) -> Outcome:
        """Make several calls in one multicall: all of them or none."""
        twin = self.twin.escrow if contract is self.ground.escrow else self.twin.registry

        def as_the_rules_say(speaker: str, now: int) -> None:
            before = self.twin.remember()
            try:
                for function, *args in calls:
                    apply(twin, function, tuple(args), speaker, now)
            except TwinReverted:
                self.twin.restore(before)
                raise

        data = [contract.calldata(function, *map(to_chain, args)) for function, *args in calls]
        for function, *args in calls:
            note(f"  together: {function}({', '.join(map(self.named, args))})")
        return self.act_as(
            sender, contract, "multicall", data, at=at, via=via, rules=as_the_rules_say
        )

    def act_as(
        self,
        sender: Person,
        contract: Contract,
        function: str,
        *args: Any,
        rules: Callable[[str, int], None],
        at: int | None = None,
        via: Via = Via.DIRECTLY,
        shaped: Callable[[bytes], bytes] = bytes,
    ) -> Outcome:
        """The same where the twin has no such method: `rules` is told who speaks, and when."""
        now = self.now + self.ground.chain.step if at is None else at
        shown = f"{self.named(contract)}.{function}({', '.join(map(self.named, args))})"
        self._step_begins(now, sender, via, shown)
        speaker = sender.address
        if via in RELAYS and contract is self.ground.registry and function in _FOR_MARKETS:
            speaker = self.ground.forwarder.address

        signer = _signer(sender, via)
        expected = Outcome("ERC2771ForwarderInvalidSigner", (signer.address, sender.address))
        if signer is sender:
            expected = outcome_of(lambda: rules(speaker, now))
            if via in RELAYS and expected != DONE:
                note(f"      the forwarder keeps for itself: {self._told(expected)}")
                expected = Outcome("FailedCall")
        data = shaped(contract.calldata(function, *map(to_chain, args)))
        actual, receipt = self._of_contract(sender, contract, data, via, now)

        assert actual == expected, (
            f"{sender}: {shown}: the contract says {self._told(actual)}, "
            f"the rules say {self._told(expected)}"
        )
        if via in IMPOSTURES:
            self.tally.checked["INV-8"] += 1
        self.tally.outcomes[f"{self.named(contract)}.{function}", actual.name] += 1
        self._step_ends(actual, receipt, sender, args)
        return actual

    def knock(
        self,
        sender: Person,
        contract: Contract,
        data: bytes,
        words: str,
        *about: Any,
        via: Via = Via.DIRECTLY,
        wei: int = 0,
    ) -> None:
        """Send what is no call of the contract's: it has to be refused, and change nothing."""
        now = self.now + self.ground.chain.step
        self._step_begins(now, sender, via, f"{self.named(contract)}: {words}")
        actual, receipt = self._of_contract(sender, contract, data, via, now, wei)

        assert actual != DONE, f"{sender}: {words}: the contract takes it"
        self.tally.checked["INV-11"] += 1
        self.tally.outcomes[f"{self.named(contract)}: no call", actual.name] += 1
        self._step_ends(actual, receipt, sender, about)

    def _step_begins(self, now: int, sender: Person, via: Via, shown: str) -> None:
        self.in_a_step = True
        self.twin.registry.journal.clear()
        note(f"  {now} {sender}{'' if via is Via.DIRECTLY else f' {via.value}'}: {shown}")

    def _step_ends(
        self, outcome: Outcome, receipt: Receipt | None, sender: Person, about: tuple[Any, ...]
    ) -> None:
        note(f"      {self._told(outcome)}")
        self.comparison.events(receipt)
        self.comparison.after_step({a for a in about if isinstance(a, int)}, sender)
        self.in_a_step = False
        self._let_spells_end()

    def circumstance(
        self, words: str, contract: Contract, sender: str, function: str, *args: Any
    ) -> None:
        """Let USDC or the identity registry do something; the caller tells the twin."""
        note(f"  {self.now + self.ground.chain.step} {words}")
        data = contract.calldata(function, *map(to_chain, args))
        self.ground.send(sender, contract.address, data)
        self.tally.outcomes[f"{self.named(contract)}.{function}", "done"] += 1

    def blacklist(self, account: str) -> None:
        """Let Circle bar an account from sending and receiving USDC."""
        words = f"Circle blacklists {self.named(account)}"
        self.circumstance(words, self.ground.usdc, self.ground.blacklister, "blacklist", account)
        self.twin.token.blacklisted.add(account)

    def unblacklist(self, account: str) -> None:
        """Let Circle lift that."""
        words = f"Circle lets {self.named(account)} go"
        self.circumstance(words, self.ground.usdc, self.ground.blacklister, "unBlacklist", account)
        self.twin.token.blacklisted.discard(account)

    def pause_usdc(self) -> None:
        """Let Circle stop all transfers."""
        self.circumstance("Circle pauses USDC", self.ground.usdc, self.ground.pauser, "pause")
        self.twin.token.paused = True

    def unpause_usdc(self) -> None:
        """Let Circle let them go on."""
        self.circumstance("Circle unpauses USDC", self.ground.usdc, self.ground.pauser, "unpause")
        self.twin.token.paused = False

    def identity_falls_silent(self) -> None:
        """Let the identity registry fail, whatever it is asked: nobody is known any more."""
        note(f"  {self.now} the identity registry falls silent")
        self.silent_agents, self.twin.identity.agents = self.twin.identity.agents, {}
        self.ground.identity_falls_silent()

    def identity_answers(self) -> None:
        """Let it answer again."""
        assert self.silent_agents is not None
        note(f"  {self.now} the identity registry answers again")
        self.twin.identity.agents, self.silent_agents = self.silent_agents, None
        self.ground.identity_answers()

    def for_a_while(self, steps: int, over: Callable[[], None]) -> None:
        """End after some steps what has just begun, or the rest would be all refusals."""
        self.spells.append((steps, over))

    def _let_spells_end(self) -> None:
        ended = [over for steps, over in self.spells if steps == 0]
        self.spells = [(steps - 1, over) for steps, over in self.spells if steps > 0]
        for over in ended:
            over()

    def pass_time(self, to: int) -> None:
        """Let time pass without a step of anybody's."""
        note(f"  {to} time passes")
        self.ground.chain.warp_to(to)
        self.comparison.after_time()

    def named(self, value: Any) -> str:
        """Write a value for the story: people and contracts by role."""
        if isinstance(value, list):
            return f"[{', '.join(map(self.named, value))}]"
        address = getattr(value, "address", value)
        known = self.ground.names.get(address) if isinstance(address, str) else None
        return known or (value.hex()[:8] + "…" if isinstance(value, bytes) else repr(value))

    def _told(self, outcome: Outcome) -> str:
        values = ", ".join(map(self.named, outcome.values))
        return f"{outcome.name}({values})" if values else outcome.name or "refused without a word"

    def _of_contract(
        self, sender: Person, contract: Contract, data: bytes, via: Via, now: int, wei: int = 0
    ) -> tuple[Outcome, Receipt | None]:
        victim = bytes.fromhex(people.poster.address[2:])
        if via is Via.SPOOFED:
            data += victim
        if via in (Via.IN_A_MULTICALL, Via.RELAYED_MULTICALL):
            data = contract.calldata("multicall", [data])
        if via is Via.SPOOFED_MULTICALL:
            data = contract.calldata("multicall", [data + victim])
        chain = self.ground.chain
        chain.next_timestamp = now
        try:
            if via in RELAYS:
                receipt = self._relay(_signer(sender, via), sender, contract, data)
            else:
                receipt = self.ground.send(sender.address, contract.address, data, wei)
        except Reverted as error:
            return Outcome(error.name, tuple(error.args_by_name.values())), None
        return DONE, receipt

    def _relay(self, signer: Person, sender: Person, contract: Contract, data: bytes) -> Receipt:
        nonce = self._forwarder_nonces[sender.address]
        request = self.ground.signatures.request(signer, sender, contract.address, nonce, data)
        receipt = self.ground.forwarder.send(people.relayer, "execute", request)
        self._forwarder_nonces[sender.address] += 1
        return receipt


def _signer(sender: Person, via: Via) -> Person:
    """Whose signature the forwarder finds: it does not ask a smart-contract wallet (RUN-25)."""
    if via is Via.FORGED:
        return people.relayer if sender is people.outsider else people.outsider
    return sender.holder if sender.holder and via in RELAYS else sender


def to_chain(value: Any) -> Any:
    if isinstance(value, RunTerms):
        return terms_tuple(value)
    return value.chain if isinstance(value, SignedPayment) else value
