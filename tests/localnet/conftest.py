"""Both fast backends with the real USDC and the identity registry: each fact is checked on each."""

from __future__ import annotations

import pytest
from eth_account import Account

from artifacts import circle, ours
from localnet import identity, usdc
from localnet.anvil import Anvil
from localnet.base_sepolia import CHAIN_ID
from localnet.evm import AnvilFast, Revm


@pytest.fixture(scope="session")
def anvil():
    with Anvil(chain_id=CHAIN_ID) as running:
        yield running


@pytest.fixture(params=["anvil", "revm"])
def chain(request):
    backend = (
        AnvilFast(request.getfixturevalue("anvil").url) if request.param == "anvil" else Revm()
    )
    with backend as ready:
        usdc.place(ready)
        identity.place(ready)
        yield ready


@pytest.fixture
def token(chain):
    return chain.at(usdc.ADDRESS, circle("v2/FiatTokenV2_2"))


@pytest.fixture
def registry(chain):
    return chain.at(identity.ADDRESS, ours("IdentityRegistry"))


@pytest.fixture(scope="session")
def poster():
    return Account.from_key("0x" + "11" * 32)


@pytest.fixture(scope="session")
def agent():
    return Account.from_key("0x" + "22" * 32)


@pytest.fixture(scope="session")
def outsider():
    return Account.from_key("0x" + "33" * 32)
