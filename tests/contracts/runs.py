"""Runs in any state, by the shortest way there and past Ape."""

from __future__ import annotations

from tests.contracts.clock import DAY

REWARD = 100_000_000
FEE = 5_000_000
COST = REWARD + FEE
"""What posting takes: reward and fee, in base units."""

MIN_STAKE = 20_000_000
CLAIM_TIMEOUT = 7 * DAY
IPFS = "ipfs://bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy"
WORK = "ipfs://bafkreiem4twkqzsq2aj4shbycd4yvoj2cx72vezicletlhi7dijjciqpui"

_GAS = 2_000_000


class Runs:
    """Makes runs of one poster for one agent; every factory returns the run's id.

    The factories take the terms that are to differ, as `terms` does. A slashed run takes seven
    days.
    """

    def __init__(self, rpc, clock, escrow, poster, agent, agent_id: int) -> None:
        """Know who takes part."""
        self._rpc = rpc
        self._clock = clock
        self._escrow = escrow
        self._poster = poster
        self._agent = agent
        self._agent_id = agent_id

    def terms(
        self,
        *,
        reward: int = REWARD,
        deadline: int | None = None,
        review_days: int = 7,
        max_revisions: int = 3,
        min_status: int = 1,
    ) -> tuple[int, int, int, int, int]:
        """Make RunTerms; the deadline is three days ahead where none is given."""
        if deadline is None:
            deadline = self._clock.now() + 3 * DAY
        return (reward, deadline, review_days, max_revisions, min_status)

    def draft(self, **terms) -> int:
        """Make a run that is created, not funded."""
        return self._create(self._escrow.createRun, terms)

    def open(self, **terms) -> int:
        """Make a run that is funded."""
        return self._create(self._escrow.postRun, terms)

    def claimed(self, **terms) -> int:
        """Make a run that the agent took."""
        run_id = self.open(**terms)
        self.claim(run_id)
        return run_id

    def started(self, **terms) -> int:
        """Make a run that the agent works on."""
        run_id = self.claimed(**terms)
        self.send(self._agent, self._escrow.startRun, run_id)
        return run_id

    def submitted(self, **terms) -> int:
        """Make a run whose work awaits review."""
        run_id = self.claimed(**terms)
        self.submit(run_id)
        return run_id

    def revision_requested(self, **terms) -> int:
        """Make a run whose poster wants changes."""
        run_id = self.submitted(**terms)
        self.request_revision(run_id)
        return run_id

    def approved(self, **terms) -> int:
        """Make a run that was paid."""
        run_id = self.submitted(**terms)
        self.send(self._poster, self._escrow.approve, run_id)
        return run_id

    def rejected(self, **terms) -> int:
        """Make a run whose work was refused; no revisions unless the terms say otherwise."""
        run_id = self.submitted(**({"max_revisions": 0} | terms))
        self.send(self._poster, self._escrow.reject, run_id, "It does not do what was asked.")
        return run_id

    def cancelled(self, **terms) -> int:
        """Make a run that was called off before anybody took it."""
        run_id = self.open(**terms)
        self.send(self._poster, self._escrow.cancelRun, run_id)
        return run_id

    def slashed(self, **terms) -> int:
        """Make a run whose agent vanished; its stake is taken and it is frozen."""
        run_id = self.claimed(**terms)
        self._clock.at(self._escrow.slashableAt(run_id))
        self.send(self._poster, self._escrow.slash, run_id)
        return run_id

    def claim(self, run_id: int) -> None:
        """Take an open run for the agent."""
        self.send(self._agent, self._escrow.claimRun, run_id, self._agent_id)

    def submit(self, run_id: int) -> None:
        """Hand the agent's work in."""
        self.send(self._agent, self._escrow.submitWork, run_id, WORK)

    def request_revision(self, run_id: int) -> None:
        """Ask for changes in the poster's name."""
        self.send(self._poster, self._escrow.requestRevision, run_id, "Please add tests.")

    def send(self, sender, call, *args) -> None:
        """Send a transaction that has to succeed.

        Args:
            sender: One of the accounts that Anvil holds the keys of.
            call: Function of a contract instance, `escrow.approve`.
            args: Its arguments.
        """
        transaction = {
            "from": sender.address,
            "to": call.contract.address,
            "data": "0x" + bytes(call.encode_input(*args)).hex(),
            "gas": hex(_GAS),
        }
        assert self._rpc.send(transaction)["status"] == "0x1", f"{call} reverted"

    def _create(self, call, terms) -> int:
        self.send(self._poster, call, self.terms(**terms), IPFS)
        count = bytes(self._escrow.runCount.encode_input())
        return self._rpc.call_all([(self._escrow.address, count)])[0]
