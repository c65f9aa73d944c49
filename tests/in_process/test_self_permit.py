"""selfPermit(amount, deadline, signature) with USDC's own code, on both contracts (STAKE-1)."""

from __future__ import annotations

import pytest

from artifacts import Artifact
from localnet import identity, usdc
from tests.stateful import people
from tests.stateful.signatures import Signatures

AMOUNT = 7_000_000
NEVER = 2**256 - 1


@pytest.fixture
def token(system):
    """USDC, beside the plain token of the system."""
    usdc.place(system.chain)
    return system.chain.at(usdc.ADDRESS, Artifact("USDC", usdc.abi(), b"", b""))


@pytest.fixture(params=["StakeRegistry", "RunEscrow"])
def vault(request, system, token):
    """Either contract, for USDC."""
    registry = system.deploy_registry(usdc=token)
    return (
        registry
        if request.param == "StakeRegistry"
        else system.deploy_escrow(usdc=token, registry=registry)
    )


@pytest.fixture
def permit(system, vault):
    """Signs a permit for the vault; returns the arguments of selfPermit."""
    signatures = Signatures(
        system.identity.view("eip712Domain")[3],
        usdc.ADDRESS,
        identity.ADDRESS,
        system.forwarder.address,
    )

    def permit(signer):
        signature = signatures.permit(signer, vault.address, AMOUNT, 0)
        return AMOUNT, NEVER, signature

    return permit


def test_self_permit__good__sets_the_callers_allowance(vault, token, permit):
    """STAKE-1."""
    vault.send(people.poster, "selfPermit", *permit(people.poster))

    assert token.view("allowance", people.poster, vault) == AMOUNT


def test_self_permit__of_somebody_else__goes_on_and_allows_nothing(vault, token, permit):
    """STAKE-1: a permit that was used up, or is wrong, must not block what follows."""
    vault.send(people.outsider, "selfPermit", *permit(people.poster))

    assert token.view("allowance", people.poster, vault) == 0
    assert token.view("allowance", people.outsider, vault) == 0
