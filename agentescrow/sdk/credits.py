"""What USDC refused to pay: seen, and withdrawn to where USDC pays (RUN-16)."""

from __future__ import annotations

from functools import partial
from typing import Literal

from agentescrow.chain.calldata import Calls, StakeCalls, VaultCalls
from agentescrow.chain.contracts import Contracts
from agentescrow.chain.events import CreditWithdrawn
from agentescrow.chain.outcome import Outcome
from agentescrow.chain.transactions import Mined
from agentescrow.chain.vault import Vault
from agentescrow.chain.wallet import Wallet
from agentescrow.sdk.gasless import relayed
from agentescrow.sdk.session import Session
from agentescrow.sdk.signing import Write
from agentescrow.sdk.steps import Steps
from agentescrow.sdk.validation import address
from agentescrow.wire.credits import Credits, WithdrawBody


def credits_of(session: Session, account: str | None) -> Steps[Credits]:
    """What an account has to withdraw: by the node's word where there is one, else by the API's.

    Args:
        account: Whose; the signer's where None.

    Raises:
        InvalidInput: It is no address, or nobody signs.
    """
    owner = session.wallet().address if account is None else address("account", account)
    if session.is_verified(None):
        return (yield from session.look_up(lambda contracts: _owed(contracts, owner)))
    return (yield from session.read(f"/api/credits/{owner}", Credits))


def withdraw_credit(session: Session, to: str | None) -> Steps[Credits]:
    """Withdraw all that is owed to the signer, by a call of each contract that owes it.

    Args:
        session: Who is owed it.
        to: Receiver; the signer where None.

    Raises:
        InvalidInput: The receiver is no address.
        Refused: Nothing is owed, or the receiver is none.
    """
    owner = session.wallet().address
    receiver = owner if to is None else address("to", to)
    found = yield from credits_of(session, None)
    owing = ["escrow"] if found.run_escrow or not found.stake_registry else []
    owing += ["registry"] if found.stake_registry else []
    for name in owing:
        if session.options.gasless:
            yield from _relayed(session, name, receiver)
        else:
            yield from session.send(
                partial(_withdraw, name, receiver), lambda _mined: credits_of(session, None)
            )
    return (yield from credits_of(session, None))


def _relayed(session: Session, name: str, receiver: str) -> Steps[Credits]:
    deployment, signer = (yield from session.deployment()), session.wallet().address
    calls: VaultCalls = Calls(deployment.runs)
    contract: Literal["RunEscrow", "StakeRegistry"] = "RunEscrow"
    if name == "registry":
        calls, contract = StakeCalls(deployment.registry), "StakeRegistry"
    body = WithdrawBody(wallet_address=signer, contract=contract, to=receiver)
    call = calls.of("withdrawCredit", receiver)
    did = Outcome(CreditWithdrawn, {"account": signer, "to": receiver})
    write = Write("/api/credits", body, calls, call, did)
    return (
        yield from relayed(
            session,
            write,
            lambda _mined: credits_of(session, None),
            lambda _answer: credits_of(session, None),
        )
    )


def _withdraw(
    name: str, receiver: str, contracts: Contracts, wallet: Wallet
) -> Mined[CreditWithdrawn]:
    vault: Vault = contracts.runs if name == "escrow" else contracts.registry
    return vault.withdraw_credit(wallet, receiver)


def _owed(contracts: Contracts, account: str) -> Credits:
    return Credits(
        account=account,
        run_escrow=contracts.runs.credit_of(account),
        stake_registry=contracts.registry.credit_of(account),
    )
