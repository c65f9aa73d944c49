"""Answers of the API, compared with what a node of the caller's own says.

An answer is compared as of the block that it names, so that an index which follows its chain is
taken for no liar; and that block has to be near the node's head, so that nobody is shown the past.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from hexbytes import HexBytes
from web3.exceptions import TransactionNotFound
from web3.types import TxReceipt

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.decode import decode_events
from agentescrow.chain.events import Event, OtherEvent, RevisionRequested, RunCreated, WorkSubmitted
from agentescrow.chain.reverts import translated_errors
from agentescrow.domain.agent import CLAIMING_STATUSES
from agentescrow.domain.constants import MARKET_CAP_MAX, MIN_STAKE
from agentescrow.domain.runs.run import FINAL_STATES
from agentescrow.errors import (
    ChainProblem,
    ContractReverted,
    Contradicted,
    Refused,
)
from agentescrow.sdk.http import FIRST_PAUSE, LONGEST_PAUSE, block_of, parsed
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import Steps, pause
from agentescrow.wire.agents import Agent, AgentMarkets, StakeInfo
from agentescrow.wire.runs import Run, RunPage, RunWithEvents
from agentescrow.wire.shape import Shape

S = TypeVar("S", bound=Shape)

Differs = Callable[[Contracts, int, S], Contradicted | None]
"""Finds what an answer has otherwise than the chain at a block."""

_BEHIND_MAX: Final = 60  # blocks; nodes remember the state of twice as many
_DOUBT_SECONDS: Final = 5.0  # while a chain reorganises, an honest answer may differ
_NOT_FOUND: Final = 404
_PAID: Final = "AuthorizationUsed"
_PLACE: Final = "block"
_HASH: Final = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)
_TEXTS: Final = frozenset({"RunCreated", "WorkSubmitted", "RevisionRequested"})


def verified_run(session: Session, run_id: int, since: int = 0) -> Steps[RunWithEvents]:
    """A run as the API has it, where the node agrees: terms, state, times and texts.

    Args:
        session: Has a node.
        since: Block that the answer must not be older than.

    Raises:
        Contradicted: It does not agree.
    """

    def differs(chain: Contracts, block: int, run: RunWithEvents) -> Contradicted | None:
        if run.bounty_id != run_id:
            return Contradicted(f"run {run_id}", "number", run.bounty_id, run_id)
        return _of_run(chain, block, run) or _of_texts(chain, block, run)

    def hidden(chain: Contracts) -> Contradicted | None:
        if 1 <= run_id <= chain.runs.run_count():
            state = chain.runs.get_run(run_id).state.name
            return Contradicted(f"run {run_id}", "state", "unknown", state)
        return None

    path = f"/api/runs/{run_id}"
    return (yield from _verified(session, path, RunWithEvents, differs, since, hidden=hidden))


def verified_runs(session: Session, params: Mapping[str, object]) -> Steps[RunPage]:
    """A page of runs, each of which is as the node has it; what is not on it nobody can tell.

    The texts are the API's word: `verified_run` compares them.

    Args:
        session: Has a node.
        params: Of the query.

    Raises:
        Contradicted: The node does not agree.
    """

    def differs(chain: Contracts, block: int, page: RunPage) -> Contradicted | None:
        found = (_of_run(chain, block, run) for run in page.runs)
        return next((each for each in found if each is not None), None)

    return (yield from _verified(session, "/api/runs", RunPage, differs, params=params))


def verified_stake(session: Session, agent_id: int, since: int = 0) -> Steps[StakeInfo]:
    """An agent's stake as the API has it, where the node agrees.

    Args:
        session: Has a node.
        since: Block that the answer must not be older than.

    Raises:
        Contradicted: It does not agree.
    """

    def differs(chain: Contracts, block: int, stake: StakeInfo) -> Contradicted | None:
        registry = chain.registry.as_of(block)
        agent, status = registry.get_agent(agent_id), registry.status_of(agent_id)
        may_claim = status in CLAIMING_STATUSES and agent.available >= MIN_STAKE
        return _of_stake(chain, block, stake.agent_id, agent_id, stake) or _first(
            f"agent {agent_id}",
            ("staked since", stake.staked_at, agent.staked_at or None),
            ("minimum", stake.min_stake, MIN_STAKE),
            ("is staked", stake.is_staked and stake.has_min_stake, agent.staked >= MIN_STAKE),
            ("may claim", stake.can_claim_runs, may_claim),
        )

    path = f"/api/agents/{agent_id}/stake"
    return (yield from _verified(session, path, StakeInfo, differs, since))


def verified_agent(session: Session, agent_id: int, since: int = 0) -> Steps[Agent]:
    """An agent as the API has it, where the node agrees: who owns it, its stake and status.

    Args:
        session: Has a node.
        since: Block that the answer must not be older than.

    Raises:
        Contradicted: It does not agree.
    """

    def differs(chain: Contracts, block: int, agent: Agent) -> Contradicted | None:
        registry = chain.registry.as_of(block)
        owner = chain.identity.as_of(block).owner_of(agent_id)
        wallet = registry.payout_wallet_of(agent_id)
        return _of_stake(chain, block, agent.id, agent_id, agent) or _first(
            f"agent {agent_id}",
            ("owner", agent.owner_address.lower(), owner.lower()),
            ("wallet", agent.wallet_address.lower(), wallet.lower()),
            ("strikes", agent.strikes, registry.get_agent(agent_id).strikes),
        )

    return (yield from _verified(session, f"/api/agents/{agent_id}", Agent, differs, since))


def verified_markets(session: Session, agent_id: int, since: int = 0) -> Steps[AgentMarkets]:
    """What markets may lock of an agent as the API has it, where the node agrees.

    Args:
        session: Has a node.
        since: Block that the answer must not be older than.

    Raises:
        Contradicted: It does not agree.
    """

    def differs(chain: Contracts, block: int, agent: AgentMarkets) -> Contradicted | None:
        registry, subject = chain.registry.as_of(block), f"agent {agent_id}"
        facts: list[tuple[str, object, object]] = [("number", agent.agent_id, agent_id)]
        for each in agent.markets:
            cap = MARKET_CAP_MAX if each.cap is None else 0 if each.retired else each.cap
            allowed = registry.market_allowance(agent_id, each.market)
            facts.append((f"cap of {each.market}", cap, allowed))
            facts.append(
                (f"market {each.market}", not each.retired, registry.is_market(each.market))
            )
        return _first(subject, *facts)

    path = f"/api/agents/{agent_id}/markets"
    return (yield from _verified(session, path, AgentMarkets, differs, since))


def require_paid_by(chain: Contracts, run: RunWithEvents, payer: str, nonce: bytes) -> None:
    """Make sure that an authorization has paid for this run, and for no other.

    Args:
        chain: The caller's node.
        payer: Who has signed the authorization.
        nonce: Of the authorization.

    Raises:
        Contradicted: It has not.
    """
    for transaction in dict.fromkeys(event.transaction_hash for event in run.events):
        receipt = _receipt(chain, transaction)
        if receipt is None or not any(
            isinstance(event, RunCreated) for event in _events_of(chain, receipt, run.bounty_id)
        ):
            continue
        for event in decode_events(chain.kinds, receipt["logs"]):
            if isinstance(event, OtherEvent) and event.name == _PAID:
                used = (str(event.args["authorizer"]).lower(), event.args["nonce"])
                if used == (payer.lower(), nonce):
                    return
    found = "paid for by another authorization"
    raise Contradicted(f"run {run.bounty_id}", "origin", "what was asked for", found)


def _verified(
    session: Session,
    path: str,
    kind: type[S],
    differs: Differs[S],
    since: int = 0,
    *,
    params: Mapping[str, object] | None = None,
    hidden: Callable[[Contracts], Contradicted | None] = lambda _chain: None,
) -> Steps[S]:
    """Read, and again while the node disagrees: for long where one of the two is behind."""
    patience, began, wait = session.options.patience, time.monotonic(), FIRST_PAUSE
    since = max(since, session.written_at)
    while True:
        problem: Contradicted | ChainProblem | None
        try:
            answer = yield from session.answer(path, params)
            read = parsed(kind, answer)
            block = block_of(answer)
            problem = yield from session.look_up(
                lambda chain, block=block, read=read: _difference(  # type: ignore[misc]
                    chain, block, since, lambda at: differs(chain, at, read)
                )
            )
            if problem is None:
                return read
        except Refused as refused:
            problem = None
            if refused.status == _NOT_FOUND:
                problem = yield from session.look_up(hidden)
            if problem is None:
                raise
        except ChainProblem as error:
            problem = error
        is_behind = isinstance(problem, Contradicted) and problem.field == _PLACE
        limit = patience if is_behind else min(patience, _DOUBT_SECONDS)
        if time.monotonic() - began >= limit:
            raise problem
        yield from pause(wait)
        wait = min(2 * wait, LONGEST_PAUSE)


def _difference(
    chain: Contracts, block: int | None, since: int, differs: Callable[[int], Contradicted | None]
) -> Contradicted | None:
    with translated_errors():
        head = chain.w3.eth.block_number
    if block is None:
        block = head
    if block < since:
        return Contradicted("the index", _PLACE, block, f"{since} or later")
    if not head - _BEHIND_MAX <= block <= head:
        return Contradicted("the index", _PLACE, block, head)
    return differs(block)


def _of_run(chain: Contracts, block: int, run: Run) -> Contradicted | None:
    subject = f"run {run.bounty_id}"
    try:
        found = chain.runs.as_of(block).get_run(run.bounty_id)
    except ContractReverted as reverted:
        if reverted.name != "RunUnknown":
            raise
        return Contradicted(subject, "state", run.state.name, "unknown")
    is_claimed = found.claimed_at != 0
    wallet = None if run.claimed_by_wallet is None else run.claimed_by_wallet.lower()
    return _first(
        subject,
        ("poster", run.poster_address.lower(), found.poster.lower()),
        ("reward", run.reward, found.reward),
        ("fee", run.fee, found.fee),
        ("state", run.state.name, found.state.name),
        ("deadline", run.deadline, found.deadline),
        ("review days", run.review_days, found.review_days),
        ("most revisions", run.max_revisions, found.max_revisions),
        ("revisions", run.revisions, found.revisions),
        ("lowest status", run.min_status.name, found.min_status.name),
        ("agent", run.claimed_by, found.agent_id if is_claimed else None),
        ("wallet", wallet, found.wallet.lower() if is_claimed else None),
        ("stake", run.stake, MIN_STAKE if is_claimed else None),
        ("time of the claim", run.claimed_at, found.claimed_at or None),
        ("time of submission", run.submitted_at, found.submitted_at or None),
        ("time when due", run.due_at, found.due_at or None),
        ("given back once", run.abandoned, found.abandoned),
    )


def _of_stake(
    chain: Contracts, block: int, number: int, agent_id: int, said: StakeInfo | Agent
) -> Contradicted | None:
    """Compare what both cards of an agent have: number, stake and status."""
    registry = chain.registry.as_of(block)
    found = registry.get_agent(agent_id)
    return _first(
        f"agent {agent_id}",
        ("number", number, agent_id),
        ("stake", said.staked_amount, found.staked),
        ("locked stake", said.locked_stake, found.locked),
        ("available stake", said.available_stake, found.available),
        ("status", said.status.name, registry.status_of(agent_id).name),
    )


def _of_texts(chain: Contracts, block: int, run: RunWithEvents) -> Contradicted | None:
    """Compare description, work and feedback; of a run that has ended nothing hangs on them.

    Where they are said the API tells, and the receipts of those transactions say what was said.
    """
    if run.state in FINAL_STATES:
        return None
    receipts = []
    for transaction in dict.fromkeys(e.transaction_hash for e in run.events if e.name in _TEXTS):
        receipt = _receipt(chain, transaction)
        if receipt is None or receipt["blockNumber"] > block:
            return Contradicted(f"run {run.bounty_id}", "transaction", transaction, "not there")
        receipts.append(receipt)
    receipts.sort(key=lambda each: (each["blockNumber"], each["transactionIndex"]))
    uri, work, feedback, revisions = None, None, None, 0
    for receipt in receipts:
        for event in _events_of(chain, receipt, run.bounty_id):
            if isinstance(event, RunCreated):
                uri = event.ipfs_hash
            elif isinstance(event, WorkSubmitted) and _time_of(chain, receipt) == run.submitted_at:
                work = event.deliverable_uri
            elif isinstance(event, RevisionRequested):
                feedback, revisions = event.feedback, revisions + 1
    if work is None and run.submitted_at is not None:
        work = "submitted, in a transaction that is not shown"
    return _first(
        f"run {run.bounty_id}",
        ("description", run.ipfs_hash, uri),
        ("deliverable", run.deliverable_hash, work),
        ("requests for revision", revisions, run.revisions),
        ("feedback", run.feedback, feedback),
    )


def _receipt(chain: Contracts, transaction: str) -> TxReceipt | None:
    if not _HASH.fullmatch(transaction):
        return None
    with translated_errors():
        try:
            receipt = chain.w3.eth.get_transaction_receipt(HexBytes(transaction))
        except TransactionNotFound:
            return None
    return None if receipt.get("blockNumber") is None else receipt


def _time_of(chain: Contracts, receipt: TxReceipt) -> int:
    with translated_errors():
        return int(chain.w3.eth.get_block(receipt["blockNumber"])["timestamp"])


def _events_of(chain: Contracts, receipt: TxReceipt, run_id: int) -> list[Event]:
    kinds = {chain.deployment.runs.lower(): "RunEscrow"}
    events = decode_events(kinds, receipt["logs"])
    return [event for event in events if getattr(event, "run_id", None) == run_id]


def _first(subject: str, *facts: tuple[str, object, object]) -> Contradicted | None:
    """The first fact that is said otherwise than it is found."""
    for field, said, found in facts:
        if said != found:
            return Contradicted(subject, field, said, found)
    return None
