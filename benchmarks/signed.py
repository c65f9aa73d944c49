"""Calls that carry somebody's signature."""

from __future__ import annotations

from typing import Any

from eth_account.signers.local import LocalAccount

from agentescrow.chain import typed_data
from agentescrow.chain.typed_data import Domain
from agentescrow.domain.runs.terms import RunTerms
from benchmarks.ground import CHAIN_ID, Ground
from localnet import usdc
from localnet.evm import Contract

FOREVER = 2**48 - 1
_SALT = bytes(range(1, 33))
_GAS = 500_000


def run_authorization(ground: Ground, terms: tuple[Any, ...], uri: str) -> tuple[Any, ...]:
    """The poster's authorization (EIP-3009) to pay for one run."""
    wanted = RunTerms(*terms)
    nonce = typed_data.run_nonce(wanted, uri, _SALT)
    return _authorization(ground.poster, ground.escrow, wanted.cost, nonce)


def stake_authorization(ground: Ground, agent_id: int, amount: int) -> tuple[Any, ...]:
    """The agent's authorization (EIP-3009) to deposit an amount."""
    nonce = typed_data.stake_nonce(agent_id, _SALT)
    return _authorization(ground.agent, ground.registry, amount, nonce)


def self_permit(ground: Ground, owner: LocalAccount, contract: Contract) -> bytes:
    """The call of `selfPermit` with the owner's infinite permit (EIP-2612)."""
    message = typed_data.permit(
        _usdc(),
        owner=owner.address,
        spender=contract.address,
        value=2**256 - 1,
        nonce=ground.token.view("nonces", owner),
        deadline=FOREVER,
    )
    return contract.calldata("selfPermit", 2**256 - 1, FOREVER, _signed(owner, message))


def forwarded(ground: Ground, sender: LocalAccount, data: bytes) -> tuple[Any, ...]:
    """The request that the forwarder calls the escrow with in the sender's name."""
    domain = Domain("agentescrow", "1", CHAIN_ID, ground.forwarder.address)
    message = typed_data.forward_request(
        domain,
        signer=sender.address,
        to=ground.escrow.address,
        gas=_GAS,
        nonce=ground.forwarder.view("nonces", sender),
        deadline=FOREVER,
        data=data,
    )
    signature = _signed(sender, message)
    return (sender.address, ground.escrow.address, 0, _GAS, FOREVER, data, signature)


def _authorization(
    payer: LocalAccount, payee: Contract, amount: int, nonce: bytes
) -> tuple[Any, ...]:
    message = typed_data.receive_with_authorization(
        _usdc(),
        payer=payer.address,
        payee=payee.address,
        value=amount,
        valid_after=0,
        valid_before=FOREVER,
        nonce=nonce,
    )
    return (payer.address, 0, FOREVER, _SALT, _signed(payer, message))


def _usdc() -> Domain:
    return Domain(usdc.NAME, usdc.VERSION, CHAIN_ID, usdc.ADDRESS)


def _signed(signer: LocalAccount, message: dict[str, Any]) -> bytes:
    return bytes(signer.sign_typed_data(full_message=message).signature)
