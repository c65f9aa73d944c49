"""Write operations on runs: by an own transaction, or by the API's relayer."""

from __future__ import annotations

from typing import Final

import httpx

from agentescrow.chain.calldata import Calls
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import Event, RunCreated
from agentescrow.chain.outcome import outcome_of, run_created
from agentescrow.chain.run_escrow import RunEscrow
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import run_nonce
from agentescrow.chain.vault import Authorization
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.actions import Action
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.runs.actions import RUN_ACTIONS
from agentescrow.domain.runs.eligibility import reasons
from agentescrow.domain.runs.run import RunState
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import Refused, StillPending
from agentescrow.sdk.gasless import relayed
from agentescrow.sdk.http import parsed
from agentescrow.sdk.payment import VALID_SECONDS, authorize_run, sent_authorization
from agentescrow.sdk.payment_attempts import Attempt
from agentescrow.sdk.risk_checks import caution_of_a_short_deadline
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Write
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.verification import require_paid_by, verified_agent, verified_run
from agentescrow.wire.agents import Agent
from agentescrow.wire.eligibility import status_of_claim
from agentescrow.wire.relay import CallBody, RelayStatus
from agentescrow.wire.runs import (
    BODIES,
    ClaimAnswer,
    ClaimBody,
    ClaimingAgent,
    FundBody,
    PostBody,
    Run,
    RunAnswer,
    RunPage,
    RunWithEvents,
)

_OK: Final = 200


def get_run(session: Session, run_id: int) -> Steps[RunWithEvents]:
    """A run as the API has it."""
    return (yield from session.read(f"/api/runs/{run_id}", RunWithEvents))


def shown_run(session: Session, run_id: int, since: int = 0) -> Steps[RunWithEvents]:
    """The same, compared with the node where there is one.

    Args:
        since: Block that the answer must not be older than.
    """
    if session.is_verified(None):
        return (yield from verified_run(session, run_id, since))
    return (yield from get_run(session, run_id))


def move(session: Session, run_id: int, call: str, *values: object) -> Steps[Run]:
    """Call a plain action of RunEscrow, and return the run as it is afterwards.

    Args:
        session: Account, API and node.
        call: Name of the function in the action table.
        values: The function's arguments after the run.
    """
    if not session.options.gasless:
        return (
            yield from session.send(
                lambda contracts, wallet: contracts.runs.act(wallet, call, run_id, *values),
                lambda mined: shown_run(session, run_id, mined.block_number),
            )
        )
    action, calls = RUN_ACTIONS[call], (yield from _calls(session))
    write = Write(
        f"/api/runs/{run_id}/{action.path}",
        _body_of(session, action, *values),
        calls,
        calls.of(call, run_id, *values),
        outcome_of(action, run_id, *values),
        works_once=not action.repeatable,
    )
    return (yield from _relayed(session, write, run_id))


def _body_of(session: Session, action: Action[RunState], *values: object) -> CallBody:
    texts = dict(zip(action.parameters[1:], values, strict=True))
    body = BODIES.get(action.call, CallBody)
    return body.model_validate({"wallet_address": session.wallet().address, **texts})


def post(
    session: Session, terms: RunTerms, uri: str, attempt: Attempt, *, fund: bool
) -> Steps[Run]:
    """Create a run.

    Args:
        session: Who does it.
        uri: Of the description.
        attempt: Notes what can pay.
        fund: Whether its money is escrowed at once.
    """
    key, until = attempt.key, (yield from session.now()) + VALID_SECONDS
    paid = (yield from authorize_run(session, terms, uri, key, until)) if fund else None
    attempt.did = run_created(session.wallet().address, terms, uri)
    attempt.paid(None if paid is None else run_nonce(terms, uri, paid.salt), until)
    if not session.options.gasless:
        return (
            yield from attempt.send(
                session,
                lambda contracts, wallet: _post(contracts.runs, wallet, terms, uri, paid, fund),
                lambda mined: shown_run(session, mined.event.run_id, mined.block_number),
            )
        )
    body, calls = _post_body(session, terms, uri, paid, fund), (yield from _calls(session))
    if paid is not None:
        call = calls.authorized(terms, uri, paid)
    else:
        call = calls.terms("postRun" if fund else "createRun", terms, uri)
    cost = terms.cost if fund and paid is None else None
    once = not attempt.is_repeatable
    write = Write("/api/runs", body, calls, call, attempt.did, cost, works_once=once)
    return (
        yield from relayed(
            session,
            write,
            lambda mined: created_run(session, mined),
            lambda answer: _created(session, answer, terms, uri, paid),
            attempt,
        )
    )


def created_run(session: Session, mined: Mined[Event]) -> Steps[Run]:
    """The run that a transaction has created, as the API has it."""
    event = mined.event
    if not isinstance(event, RunCreated):
        raise TypeError(event)
    return (yield from shown_run(session, event.run_id, mined.block_number))


def fund_run(session: Session, run_id: int) -> Steps[Run]:
    """Escrow the money of a DRAFT.

    Args:
        session: Who does it.
    """
    if not session.options.gasless:
        until = (yield from session.now()) + VALID_SECONDS
        return (
            yield from session.send(
                lambda contracts, wallet: contracts.runs.fund_run(
                    wallet, run_id, permit_until=until
                ),
                lambda mined: shown_run(session, run_id, mined.block_number),
            )
        )
    cost = yield from _cost_of(session, run_id)
    body, calls = FundBody(wallet_address=session.wallet().address), (yield from _calls(session))
    call = calls.of("fundRun", run_id)
    did = outcome_of(RUN_ACTIONS["fundRun"], run_id)
    write = Write(f"/api/runs/{run_id}/fund", body, calls, call, did, cost)
    return (yield from _relayed(session, write, run_id))


def _cost_of(session: Session, run_id: int) -> Steps[int]:
    """Reward and fee of a run: by the node's word, else by the API's.

    A permit over more than the run takes would leave an allowance to RunEscrow, which calls of the
    poster's alone can spend: so the API's word does.
    """
    if session.options.rpc_url is not None:
        return (yield from session.on_chain(lambda chain: chain.runs.get_run(run_id))).cost
    run = yield from get_run(session, run_id)
    return run.reward + run.fee


def claim(session: Session, run_id: int, agent_id: int) -> Steps[ClaimAnswer]:
    """Claim a run for an agent.

    Args:
        session: Who does it.
    """
    if not session.options.gasless:
        yield from session.on_chain(lambda chain: _require_claimable(chain, run_id, agent_id))
    yield from _caution(session, run_id)
    if not session.options.gasless:
        return (
            yield from session.send(
                lambda contracts, wallet: contracts.runs.claim_run(wallet, run_id, agent_id),
                lambda mined: _claimed(session, run_id, agent_id, mined.block_number),
            )
        )
    body = ClaimBody(wallet_address=session.wallet().address, agent_id=agent_id)
    calls = yield from _calls(session)
    call = calls.of("claimRun", run_id, agent_id)
    did = outcome_of(RUN_ACTIONS["claimRun"], run_id, agent_id)
    path = f"/api/runs/{run_id}/claim"
    write = Write(
        path, body, calls, call, did, works_once=False
    )  # abandoned, it can be claimed again
    return (
        yield from relayed(
            session,
            write,
            lambda mined: _claimed(session, run_id, agent_id, mined.block_number),
            lambda answer: _claim_told(session, run_id, agent_id, answer),
        )
    )


def _caution(session: Session, run_id: int) -> Steps[None]:
    """Warn of a deadline that is near, by the node's word, else by the API's."""
    now = yield from session.now()
    if session.options.rpc_url is None:
        deadline = (yield from get_run(session, run_id)).deadline
    else:
        deadline = (yield from session.on_chain(lambda chain: chain.runs.get_run(run_id))).deadline
    caution_of_a_short_deadline(run_id, deadline, now)


def _claim_told(
    session: Session, run_id: int, agent_id: int, answer: httpx.Response
) -> Steps[ClaimAnswer]:
    if answer.status_code != _OK:
        return (yield from _claimed(session, run_id, agent_id, 0))
    told = parsed(ClaimAnswer, answer)
    _require_told("run", told.run.bounty_id, run_id)
    _require_told("agent", told.agent.id, agent_id)
    return told


def _claimed(session: Session, run_id: int, agent_id: int, since: int) -> Steps[ClaimAnswer]:
    run = yield from shown_run(session, run_id, since)
    if session.is_verified(None):
        agent = yield from verified_agent(session, agent_id, since)
    else:
        agent = yield from session.read(f"/api/agents/{agent_id}", Agent)
    claiming = ClaimingAgent(id=agent.id, status=agent.status, staked_amount=agent.staked_amount)
    return ClaimAnswer(run=run, agent=claiming)


def _require_claimable(chain: Contracts, run_id: int, agent_id: int) -> None:
    """Refuse with every reason, where the contract would name the first alone."""
    bits = chain.runs.claim_eligibility(run_id, agent_id)
    if bits:
        found = reasons(bits)
        sentences, codes = [one.sentence for one in found], [one.code for one in found]
        raise Refused(status_of_claim(bits), "NOT_ELIGIBLE", " ".join(sentences), sentences, codes)


def _relayed(session: Session, write: Write, run_id: int) -> Steps[Run]:
    return (
        yield from relayed(
            session,
            write,
            lambda mined: shown_run(session, run_id, mined.block_number),
            lambda answer: _told(session, run_id, answer),
        )
    )


def _told(session: Session, run_id: int, answer: httpx.Response) -> Steps[Run]:
    if answer.status_code != _OK:
        return (yield from shown_run(session, run_id))
    run = parsed(RunAnswer, answer).run
    _require_told("run", run.bounty_id, run_id)
    return run


def _require_told(what: str, told: object, asked: object) -> None:
    """What an API without a node beside it says is believed; but not what nobody has asked for.

    Raises:
        StillPending: It speaks of something else, so what was asked for may be done.
    """
    if told != asked:
        words = f"signed and sent, and may be done: the API answers with {told!r}"
        raise StillPending(f"{what} {asked!r}", words)


def _created(
    session: Session, answer: httpx.Response, terms: RunTerms, uri: str, paid: Authorization | None
) -> Steps[Run]:
    """The run that the API says it has created, now or for the same key before."""
    if answer.status_code == _OK:
        run: Run = parsed(RunAnswer, answer).run
    else:
        run = yield from _created_by(session, parsed(RelayStatus, answer).id)
    poster = session.wallet().address
    _require_told("poster", run.poster_address.lower(), poster.lower())
    _require_told("reward", run.reward, terms.reward)
    _require_told("deadline", run.deadline, terms.deadline)
    _require_told("description", run.ipfs_hash, uri)
    if not session.is_verified(None):
        return run
    found = yield from verified_run(session, run.bounty_id)
    nonce = None if paid is None else run_nonce(terms, uri, paid.salt)
    if nonce is not None:
        yield from session.look_up(lambda chain: require_paid_by(chain, found, poster, nonce))
    return found


def _created_by(session: Session, request_id: str) -> Steps[Run]:
    """The run that a request created which was mined after the API had lost its patience."""
    status = yield from session.read(f"/api/requests/{request_id}", RelayStatus)
    query = {"poster": session.wallet().address, "sort": "newest", "limit": 100}
    page = yield from session.read("/api/runs", RunPage, query)
    for run in page.runs:
        found = yield from get_run(session, run.bounty_id)
        if found.events and found.events[0].transaction_hash == status.transaction_hash:
            return found
    raise StillPending(f"request {request_id}", "mined, but its run is not listed")


def _post(
    escrow: RunEscrow,
    wallet: Wallet,
    terms: RunTerms,
    uri: str,
    paid: Authorization | None,
    fund: bool,
) -> Mined[RunCreated]:
    if paid is not None:
        return escrow.post_run_with_authorization(wallet, terms, uri, paid)
    return escrow.post_run(wallet, terms, uri) if fund else escrow.create_run(wallet, terms, uri)


def _post_body(
    session: Session, terms: RunTerms, uri: str, paid: Authorization | None, fund: bool
) -> PostBody:
    return PostBody(
        wallet_address=session.wallet().address,
        reward=terms.reward,
        deadline=terms.deadline,
        ipfs_hash=uri,
        review_days=terms.review_days,
        max_revisions=terms.max_revisions,
        min_status=AgentStatus(terms.min_status),
        fund=fund,
        authorization=None if paid is None else sent_authorization(paid),
    )


def _calls(session: Session) -> Steps[Calls]:
    return Calls((yield from session.deployment()).runs)
