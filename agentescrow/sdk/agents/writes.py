"""How stake is put in, taken out, allowed: by one's own transaction, or by the API's relayer."""

from __future__ import annotations

from typing import Final

import httpx

from agentescrow.chain.calldata import StakeCalls
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import Event, MarketAllowed, Staked
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.stake_registry import staked_for, unstaked
from agentescrow.chain.transactions import Mined
from agentescrow.chain.typed_data import stake_nonce
from agentescrow.chain.wallet import Wallet
from agentescrow.sdk.gasless import relayed
from agentescrow.sdk.http import parsed
from agentescrow.sdk.idempotency_key import WriteKey, write_key
from agentescrow.sdk.payment import VALID_SECONDS, authorize_stake, sent_authorization
from agentescrow.sdk.payment_attempts import Attempt, paid_once
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Write
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.validation import address
from agentescrow.sdk.verification import verified_markets, verified_stake
from agentescrow.wire.agents import (
    AgentMarkets,
    AllowMarketBody,
    MarketsAnswer,
    StakeAnswer,
    StakeBody,
    StakeInfo,
    UnstakeBody,
)

_OK: Final = 200


def stake_info(session: Session, agent_id: int) -> Steps[StakeInfo]:
    """An agent's stake as the API has it."""
    return (yield from session.read(f"/api/agents/{agent_id}/stake", StakeInfo))


def stake(session: Session, agent_id: int, amount: int, key: WriteKey) -> Steps[StakeInfo]:
    """Stake for an agent.

    Args:
        amount: Base units.
        key: Under which it is done once.
    """
    return (
        yield from paid_once(
            session,
            ("stake", agent_id, amount, key.text if key.is_given else None),
            key,
            lambda attempt: _stake(session, agent_id, amount, attempt),
            lambda mined: verified_stake(session, agent_id, mined.block_number),
        )
    )


def _stake(session: Session, agent_id: int, amount: int, attempt: Attempt) -> Steps[StakeInfo]:
    key, until = attempt.key, (yield from session.now()) + VALID_SECONDS
    paid = yield from authorize_stake(session, agent_id, amount, key, until)
    attempt.did = staked_for(agent_id, session.wallet().address, amount)
    attempt.paid(None if paid is None else stake_nonce(agent_id, paid.salt), until)
    if session.options.gasless:
        calls = StakeCalls((yield from session.deployment()).registry)
        body = StakeBody(
            wallet_address=session.wallet().address,
            amount=amount,
            authorization=None if paid is None else sent_authorization(paid),
        )
        if paid is None:
            call = calls.of("stake", agent_id, amount)
        else:
            call = calls.authorized(agent_id, amount, paid)
        path = f"/api/agents/{agent_id}/stake"
        cost = amount if paid is None else None
        once = not attempt.is_repeatable
        write = Write(path, body, calls, call, attempt.did, cost, works_once=once)
        return (yield from _relayed(session, write, agent_id, attempt))

    def act(contracts: Contracts, wallet: Wallet) -> Mined[Staked]:
        registry = contracts.registry
        if paid is None:
            return registry.stake(wallet, agent_id, amount)
        return registry.stake_with_authorization(wallet, agent_id, amount, paid)

    return (
        yield from attempt.send(
            session, act, lambda mined: verified_stake(session, agent_id, mined.block_number)
        )
    )


def unstake(session: Session, agent_id: int, amount: int, to: str | None) -> Steps[StakeInfo]:
    """Take available stake out; after an error the same once more, and not a second time.

    Args:
        session: Who does it.
        amount: Base units.
        to: Receiver; the signer where None.

    Raises:
        InvalidInput: The receiver is no address.
        StillPending: It was asked for before, and is under way.
    """
    receiver = session.wallet().address if to is None else address("to", to)
    return (
        yield from paid_once(
            session,
            ("unstake", agent_id, amount, receiver),
            write_key(),
            lambda attempt: _unstake(session, agent_id, amount, receiver, attempt),
            lambda mined: verified_stake(session, agent_id, mined.block_number),
        )
    )


def _unstake(
    session: Session, agent_id: int, amount: int, receiver: str, attempt: Attempt
) -> Steps[StakeInfo]:
    attempt.did = unstaked(agent_id, receiver, amount)
    attempt.paid(None, 0)
    if session.options.gasless:
        calls = StakeCalls((yield from session.deployment()).registry)
        signer = session.wallet().address
        body = UnstakeBody(wallet_address=signer, amount=amount, to=receiver)
        call = calls.of("unstake", agent_id, amount, receiver)
        path = f"/api/agents/{agent_id}/unstake"
        write = Write(path, body, calls, call, attempt.did, works_once=False)
        return (yield from _relayed(session, write, agent_id, attempt))
    return (
        yield from attempt.send(
            session,
            lambda contracts, wallet: contracts.registry.unstake(
                wallet, agent_id, amount, receiver
            ),
            lambda mined: verified_stake(session, agent_id, mined.block_number),
        )
    )


def agent_markets(session: Session, agent_id: int, since: int = 0) -> Steps[AgentMarkets]:
    """What markets may lock of an agent's stake, compared with the node where there is one."""
    if session.is_verified(None):
        return (yield from verified_markets(session, agent_id, since))
    return (yield from session.read(f"/api/agents/{agent_id}/markets", AgentMarkets))


def allow_market(session: Session, agent_id: int, market: str, cap: int) -> Steps[AgentMarkets]:
    """Let a market lock up to a cap of an agent's stake.

    Args:
        session: Who owns the agent's NFT.
        market: The contract, in checksum case.
        cap: Base units.
    """

    def look(mined: Mined[Event]) -> Steps[AgentMarkets]:
        return (yield from agent_markets(session, agent_id, mined.block_number))

    def told(answer: httpx.Response) -> Steps[AgentMarkets]:
        if answer.status_code == _OK and not session.is_verified(None):
            return parsed(MarketsAnswer, answer).agent
        return (yield from agent_markets(session, agent_id))

    if session.options.gasless:
        calls = StakeCalls((yield from session.deployment()).registry)
        signer = session.wallet().address
        body = AllowMarketBody(wallet_address=signer, market=market, cap=cap)
        call = calls.of("allowMarket", agent_id, market, cap)
        did = Outcome(MarketAllowed, {"agent_id": agent_id, "market": market, "cap": cap})
        path = f"/api/agents/{agent_id}/markets"
        write = Write(path, body, calls, call, did, works_once=False)
        return (yield from relayed(session, write, look, told))
    return (
        yield from session.send(
            lambda contracts, wallet: contracts.registry.allow_market(
                wallet, agent_id, market, cap
            ),
            look,
        )
    )


def _relayed(
    session: Session,
    write: Write,
    agent_id: int,
    attempt: Attempt,
) -> Steps[StakeInfo]:
    return (
        yield from relayed(
            session,
            write,
            lambda mined: verified_stake(session, agent_id, mined.block_number),
            lambda answer: _stake_of(session, agent_id, answer),
            attempt,
        )
    )


def _stake_of(session: Session, agent_id: int, answer: httpx.Response) -> Steps[StakeInfo]:
    if session.is_verified(None):
        return (yield from verified_stake(session, agent_id))
    if answer.status_code == _OK:
        return parsed(StakeAnswer, answer).agent
    return (yield from stake_info(session, agent_id))
