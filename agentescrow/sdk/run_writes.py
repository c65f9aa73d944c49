"""How a run is moved: by a transaction of one's own, or by the API's relayer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx

from agentescrow.chain.calls import Calls
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.run_escrow import RunEscrow
from agentescrow.chain.transactions import Mined
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.agent import AgentStatus
from agentescrow.domain.eligibility import reasons
from agentescrow.domain.terms import RunTerms
from agentescrow.errors import Refused, StillPending
from agentescrow.sdk.gasless import relayed
from agentescrow.sdk.session import Session, parsed
from agentescrow.sdk.steps import Steps
from agentescrow.wire.agents import Agent
from agentescrow.wire.codes import status_of_claim
from agentescrow.wire.relay import RelayStatus
from agentescrow.wire.runs import (
    Action,
    ClaimAnswer,
    ClaimBody,
    ClaimingAgent,
    FundBody,
    Permit,
    PostBody,
    Run,
    RunAnswer,
    RunPage,
    RunWithEvents,
)

_PERMIT_SECONDS: Final = 3600
_OK: Final = 200


def get_run(session: Session, run_id: int) -> Steps[RunWithEvents]:
    """A run as the API has it."""
    return (yield from session.read(f"/api/runs/{run_id}", RunWithEvents))


def move(
    session: Session,
    run_id: int,
    action: str,
    function: str,
    direct: Callable[[RunEscrow, Wallet], Mined[Any]],
    *args: object,
    body: type[Action] = Action,
    **more: object,
) -> Steps[Run]:
    """Call a function of RunEscrow on a run, and return the run as it is then.

    Args:
        session: Who does it.
        run_id: Run.
        action: Last part of the API's path.
        function: Of the contract.
        direct: The same by a transaction of one's own.
        args: Of the function, after the run.
        body: What the API takes.
        more: Its further fields.
    """
    if not session.options.gasless:
        yield from session.send(lambda contracts, wallet: direct(contracts.escrow, wallet))
        return (yield from get_run(session, run_id))
    sent = body.model_validate({"wallet_address": session.wallet().address, **more})
    call = _calls(session).of(function, run_id, *args)
    answer = yield from relayed(session, f"/api/runs/{run_id}/{action}", sent, call)
    return (yield from _run_of(session, run_id, answer))


def post(session: Session, terms: RunTerms, uri: str, now: int, *, fund: bool) -> Steps[Run]:
    """Create a run.

    Args:
        session: Who does it.
        terms: Valid.
        uri: Of the description.
        now: The chain's time.
        fund: Whether its money is escrowed at once.
    """
    until = now + _PERMIT_SECONDS
    if not session.options.gasless:
        mined = yield from session.send(
            lambda contracts, wallet: (
                contracts.escrow.post_run(
                    wallet, terms, uri, permit_until=_until(contracts, wallet, terms.cost, until)
                )
                if fund
                else contracts.escrow.create_run(wallet, terms, uri)
            )
        )
        return (yield from get_run(session, mined.event.run_id))
    permit = (yield from _permit(session, terms.cost, until)) if fund else None
    call = _calls(session).terms("postRun" if fund else "createRun", terms, uri)
    body = PostBody.model_validate(
        {
            "wallet_address": session.wallet().address,
            "reward": terms.reward,
            "deadline": terms.deadline,
            "ipfs_hash": uri,
            "review_days": terms.review_days,
            "max_revisions": terms.max_revisions,
            "min_status": AgentStatus(terms.min_status).name,
            "fund": fund,
            "permit": permit,
        }
    )
    whole = _with_permit(session, terms.cost, permit, call)
    answer = yield from relayed(session, "/api/runs", body, whole)
    if answer.status_code == _OK:
        return parsed(RunAnswer, answer).run
    return (yield from _created_by(session, parsed(RelayStatus, answer).id))


def fund_run(session: Session, run_id: int, now: int) -> Steps[Run]:
    """Escrow the money of a DRAFT.

    Args:
        session: Who does it.
        run_id: Run.
        now: The chain's time.
    """
    until = now + _PERMIT_SECONDS
    if not session.options.gasless:
        yield from session.send(
            lambda contracts, wallet: contracts.escrow.fund_run(wallet, run_id, permit_until=until)
        )
        return (yield from get_run(session, run_id))
    cost = 0
    if session.options.rpc_url is not None:  # the chain's word, not the API's: a permit is signed
        cost = (yield from session.on_chain(lambda chain: chain.escrow.get_run(run_id))).cost
    permit = yield from _permit(session, cost, until)
    call = _with_permit(session, cost, permit, _calls(session).of("fundRun", run_id))
    body = FundBody(wallet_address=session.wallet().address, permit=permit)
    answer = yield from relayed(session, f"/api/runs/{run_id}/fund", body, call)
    return (yield from _run_of(session, run_id, answer))


def claim(session: Session, run_id: int, agent_id: int) -> Steps[ClaimAnswer]:
    """Claim a run for an agent.

    Args:
        session: Who does it.
        run_id: Run.
        agent_id: Agent.
    """
    if not session.options.gasless:
        yield from session.on_chain(lambda chain: _require_claimable(chain, run_id, agent_id))
        yield from session.send(
            lambda contracts, wallet: contracts.escrow.claim_run(wallet, run_id, agent_id)
        )
        return (yield from _claimed(session, run_id, agent_id))
    body = ClaimBody(wallet_address=session.wallet().address, agent_id=agent_id)
    call = _calls(session).of("claimRun", run_id, agent_id)
    answer = yield from relayed(session, f"/api/runs/{run_id}/claim", body, call)
    if answer.status_code == _OK:
        return parsed(ClaimAnswer, answer)
    return (yield from _claimed(session, run_id, agent_id))


def _claimed(session: Session, run_id: int, agent_id: int) -> Steps[ClaimAnswer]:
    run = yield from session.read(f"/api/runs/{run_id}", Run)
    agent = yield from session.read(f"/api/agents/{agent_id}", Agent)
    claiming = ClaimingAgent(id=agent.id, status=agent.status, staked_amount=agent.staked_amount)
    return ClaimAnswer(run=run, agent=claiming)


def _require_claimable(chain: Contracts, run_id: int, agent_id: int) -> None:
    """Refuse with every reason, where the contract would name the first alone."""
    bits = chain.escrow.claim_eligibility(run_id, agent_id)
    if bits:
        found = reasons(bits)
        sentences, codes = [one.sentence for one in found], [one.code for one in found]
        raise Refused(status_of_claim(bits), "NOT_ELIGIBLE", " ".join(sentences), sentences, codes)


def _run_of(session: Session, run_id: int, answer: httpx.Response) -> Steps[Run]:
    if answer.status_code == _OK:
        return parsed(RunAnswer, answer).run
    return (yield from get_run(session, run_id))


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


def _permit(session: Session, cost: int, until: int) -> Steps[Permit | None]:
    """A permit where a node can tell its nonce; else an allowance has to be there."""
    if session.options.rpc_url is None:
        return None

    def sign(contracts: Contracts) -> bytes | None:
        wallet = session.wallet()
        if _until(contracts, wallet, cost, until) is None:
            return None
        return contracts.usdc.sign_permit(wallet, contracts.escrow.address, cost, until)

    signature = yield from session.on_chain(sign)
    return None if signature is None else Permit(deadline=until, signature=f"0x{signature.hex()}")


def _until(contracts: Contracts, wallet: Wallet, cost: int, until: int) -> int | None:
    """The end of the permit that is needed; None where there is an allowance."""
    allowed = contracts.usdc.allowance(wallet.address, contracts.escrow.address)
    return None if allowed >= cost else until


def _with_permit(session: Session, cost: int, permit: Permit | None, call: bytes) -> bytes:
    if permit is None:
        return call
    signature = bytes.fromhex(permit.signature[2:])
    return _calls(session).with_permit(cost, permit.deadline, signature, call)


def _calls(session: Session) -> Calls:
    return Calls(session.deployment().escrow)
