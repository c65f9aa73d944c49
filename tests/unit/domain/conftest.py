"""A small world around the twins: roles, money, one staked agent, and runs in any state."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agentescrow.domain.constants import CLAIM_TIMEOUT, DAY, MIN_STAKE, ONE_USDC
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import Reverted
from tests.twin.identity import IdentityView
from tests.twin.run_escrow import RunEscrowTwin
from tests.twin.stake_registry import StakeRegistryTwin
from tests.twin.token import TokenLedger

START = 1_750_000_000


class World:
    """Both twins, deployed and funded; addresses are the roles' names."""

    poster, agent, outsider, treasury = "poster", "agent", "outsider", "treasury"
    owner, relayer = "owner", "relayer"
    text = "ipfs://text"

    def __init__(self) -> None:
        self.now = START
        self.token = TokenLedger("usdc")
        self.identity = IdentityView("identity")
        roles = {"owner": self.owner, "forwarder": "forwarder"}
        self.registry = StakeRegistryTwin(
            "registry", self.token, self.identity, markets=["escrow"], **roles
        )
        self.escrow = RunEscrowTwin("escrow", self.registry, treasury=self.treasury, **roles)
        for account in (self.poster, self.agent, self.outsider):
            self.token.mint(account, 1_000_000 * ONE_USDC)
        self.agent_id = self.identity.register(self.agent)
        self.registry.stake(self.agent_id, MIN_STAKE, sender=self.agent, now=self.now)

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.now += seconds

    def terms(self, **changes: int) -> RunTerms:
        """Valid terms: 100 USDC, due in three days."""
        values = {"reward": 100 * ONE_USDC, "deadline": self.now + 3 * DAY} | changes
        return RunTerms(**values)

    def post(self, **changes: int) -> int:
        """An OPEN run."""
        return self.escrow.post_run(
            self.terms(**changes), self.text, sender=self.poster, now=self.now
        )

    def claim(self, run_id: int) -> int:
        """Make an OPEN run CLAIMED by the agent."""
        self.escrow.claim_run(run_id, self.agent_id, sender=self.agent, now=self.now)
        return run_id

    def submit(self, run_id: int) -> int:
        """Make a claimed run SUBMITTED."""
        self.escrow.submit_work(run_id, self.text, sender=self.agent, now=self.now)
        return run_id

    def claimed(self, **changes: int) -> int:
        """A run that the agent has just claimed."""
        return self.claim(self.post(**changes))

    def submitted(self, **changes: int) -> int:
        """A run whose work was submitted at once."""
        return self.submit(self.claimed(**changes))

    def revised(self, **changes: int) -> int:
        """A run whose work was sent back at once."""
        run_id = self.submitted(**changes)
        self.escrow.request_revision(run_id, self.text, sender=self.poster, now=self.now)
        return run_id

    def run_in(self, state: RunState) -> int:
        """A run in any state; for SLASHED time passes."""
        ways = {
            RunState.DRAFT: self._draft,
            RunState.OPEN: self.post,
            RunState.CLAIMED: self.claimed,
            RunState.IN_PROGRESS: self._started,
            RunState.SUBMITTED: self.submitted,
            RunState.APPROVED: self._approved,
            RunState.REVISION_REQUESTED: self.revised,
            RunState.REJECTED: self._rejected,
            RunState.CANCELLED: self._cancelled,
            RunState.SLASHED: self._slashed,
        }
        run_id = ways[state]()
        assert self.escrow.get_run(run_id).state == state
        return run_id

    def _draft(self) -> int:
        return self.escrow.create_run(self.terms(), self.text, sender=self.poster, now=self.now)

    def _started(self) -> int:
        run_id = self.claimed()
        self.escrow.start_run(run_id, sender=self.agent)
        return run_id

    def _approved(self) -> int:
        run_id = self.submitted()
        self.escrow.approve(run_id, sender=self.poster)
        return run_id

    def _rejected(self) -> int:
        run_id = self.submitted(max_revisions=0)
        self.escrow.reject(run_id, self.text, sender=self.poster, now=self.now)
        return run_id

    def _cancelled(self) -> int:
        run_id = self.post()
        self.escrow.cancel_run(run_id, sender=self.poster, now=self.now)
        return run_id

    def _slashed(self) -> int:
        run_id = self.claimed()
        self.wait(CLAIM_TIMEOUT)
        self.escrow.slash(run_id, sender=self.poster, now=self.now)
        return run_id

    @contextmanager
    def refused(self, name: str, *values: object) -> Iterator[None]:
        """Expect a custom error with exactly these values, and no effect whatever."""
        before = _plain(self)
        with pytest.raises(Reverted) as caught:
            yield
        assert (caught.value.name, caught.value.values) == (name, values)
        assert _plain(self) == before

    @contextmanager
    def token_refuses(self, reason: str) -> Iterator[None]:
        """Expect that USDC refuses a transfer for this reason, and no effect whatever."""
        before = _plain(self)
        with pytest.raises(Reverted, match="TokenRefused") as caught:
            yield
        assert caught.value.arguments["reason"] == reason
        assert _plain(self) == before

    def balance(self, account: str) -> int:
        """USDC of an account."""
        return self.token.balance_of(account)

    def assert_solvent(self) -> None:
        """Both vaults hold exactly what they owe: nobody donates in this world (RUN-20)."""
        assert self.balance("escrow") == self.escrow.total_owed()
        assert self.balance("registry") == self.registry.total_owed()


def _plain(world: World) -> object:
    """What a call can change; records are immutable, so copies of the tables are enough."""
    shared = {"token", "identity", "registry"}
    vaults = [
        {key: copy.copy(value) for key, value in vars(vault).items() if key not in shared}
        for vault in (world.escrow, world.registry)
    ]
    return vaults, dict(world.token.balances), set(world.token.used_nonces)


@pytest.fixture
def world() -> World:
    return World()
