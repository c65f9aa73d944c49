"""How USDC of the caller's is pulled: by what it has allowed, else by what it signs."""

from __future__ import annotations

from typing import Final

from agentescrow.chain.contracts import Contracts
from agentescrow.chain.deployments import Deployment
from agentescrow.chain.typed_data import Domain, run_nonce, stake_nonce
from agentescrow.chain.usdc import usdc_domain
from agentescrow.chain.vault import Authorization, authorized, payment_message
from agentescrow.chain.wallet import Wallet
from agentescrow.domain.runs.terms import RunTerms
from agentescrow.errors import ApprovalNeeded, InvalidInput
from agentescrow.sdk.idempotency_key import WriteKey
from agentescrow.sdk.session import Session
from agentescrow.sdk.steps import Steps, work
from agentescrow.wire import relay as wire

VALID_SECONDS: Final = 3600

_NO_KEY: Final = (
    "none for {}, whose code vouches for no signature: it pays by an approval, and nothing would "
    "keep one from paying twice"
)


def authorize_run(
    session: Session, terms: RunTerms, uri: str, key: WriteKey, until: int
) -> Steps[Authorization | None]:
    """Sign for reward and fee of this run alone; None where an allowance pays.

    Args:
        terms: Of the run.
        uri: Of the description.
        key: One that was given must not pay twice, so that an allowance is not for it.
        until: Unix second before which it is valid.

    Raises:
        InsufficientFunds: The node says that there is less.
    """
    purpose = run_nonce(terms, uri, key.salt)
    contracts = yield from session.deployment()
    return (
        yield from _authorize(session, contracts, contracts.runs, terms.cost, purpose, key, until)
    )


def authorize_stake(
    session: Session, agent_id: int, amount: int, key: WriteKey, until: int
) -> Steps[Authorization | None]:
    """Sign for a deposit for this agent alone; None where an allowance pays.

    Args:
        amount: Base units.
        key: As in `authorize_run`.
        until: Unix second before which it is valid.

    Raises:
        InsufficientFunds: The node says that there is less.
    """
    purpose = stake_nonce(agent_id, key.salt)
    contracts = yield from session.deployment()
    return (
        yield from _authorize(session, contracts, contracts.registry, amount, purpose, key, until)
    )


def sent_authorization(signed: Authorization) -> wire.Authorization:
    """The same as the API takes it.

    Args:
        signed: From `authorize_run` or `authorize_stake`.
    """
    return wire.Authorization.model_validate(
        {
            "payer": signed.payer,
            "valid_after": signed.valid_after,
            "valid_before": signed.valid_before,
            "salt": f"0x{signed.salt.hex()}",
            "signature": f"0x{signed.signature.hex()}",
        }
    )


def _authorize(
    session: Session,
    deployment: Deployment,
    payee: str,
    amount: int,
    purpose: bytes,
    key: WriteKey,
    until: int,
) -> Steps[Authorization | None]:
    def sign(domain: Domain) -> Authorization:
        return authorized(
            domain,
            session.wallet(),
            payee,
            amount,
            purpose,
            salt=key.salt,
            valid_before=until,
        )

    def asked(contracts: Contracts) -> Authorization | None:
        wallet = session.wallet()
        contracts.usdc.require_balance(wallet.address, amount)
        allowed = _is_allowed(contracts, wallet, payee, amount)
        if allowed and not key.is_given:
            return None
        domain = contracts.usdc.eip712_domain()
        signed = sign(domain)
        message = payment_message(
            domain, wallet.address, payee, amount, purpose, valid_before=until
        )
        if contracts.usdc.takes(wallet.address, message, signed.signature):
            return signed
        if key.is_given:
            raise InvalidInput("idempotency_key", key.text, _NO_KEY.format(wallet.address))
        if session.options.gasless:
            raise ApprovalNeeded(wallet.address, payee, amount)
        return None

    if session.options.rpc_url is not None:
        return (yield from session.on_chain(asked))
    return (yield from work(lambda: sign(usdc_domain(deployment))))


def _is_allowed(contracts: Contracts, wallet: Wallet, spender: str, amount: int) -> bool:
    return contracts.usdc.allowance(wallet.address, spender) >= amount
