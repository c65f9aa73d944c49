"""What real USDC answers a payer who has too little, for every way to pay.

given a payer whose allowance, permit or signature is good, and whose balance is too small
  when it posts, funds or stakes, by any of them
    it is told that it has less than that
given the words of real USDC, whose compiler leaves what was in memory after a text
  when they are read
    they are read all the same
"""

from __future__ import annotations

import pytest
from eth_account import Account

from agentescrow.chain.connection import chain_time
from agentescrow.chain.reverts import from_data
from agentescrow.chain.transactions import simulate
from agentescrow.chain.typed_data import terms_tuple
from agentescrow.chain.wallet import LocalWallet
from agentescrow.domain.constants import ONE_USDC
from agentescrow.errors import ContractReverted
from agentescrow.wire.codes import name_of

BALANCE = "ERC20: transfer amount exceeds balance"
SALT = b"\x09" * 32
WAYS = {
    "postRun by allowance": ("runs", "allowance", "postRun"),
    "postRun by permit": ("runs", "permit", "postRun"),
    "postRunWithAuthorization": ("runs", "authorization", "postRun"),
    "fundRun by allowance": ("runs", "allowance", "fundRun"),
    "fundRun by permit": ("runs", "permit", "fundRun"),
    "stake by allowance": ("registry", "allowance", "stake"),
    "stake by permit": ("registry", "permit", "stake"),
    "stakeWithAuthorization": ("registry", "authorization", "stake"),
}
REAL = bytes.fromhex(
    "08c379a00000000000000000000000000000000000000000000000000000000000000020"
    "0000000000000000000000000000000000000000000000000000000000000026"
    "45524332303a207472616e7366657220616d6f756e7420657863656564732062"
    "616c616e63650000000000000000000000000000000000000000000000000041"
)
"""As Circle's code returns it to `postRunWithAuthorization`: a 0x41 where the text has ended."""


@pytest.fixture
def poor(contracts, rpc):
    """An account with ETH and no USDC."""
    wallet = LocalWallet(contracts.w3, Account.create())
    rpc("anvil_setBalance", wallet.address, hex(10**18))
    return wallet


@pytest.fixture
def call(contracts, poor, terms, staked_agent):
    """Encode a call that is good but for the money."""
    until = chain_time(contracts.w3) + 3600
    wanted = terms()

    def authorized(contract):
        if contract is contracts.runs:
            signed = contract.authorize_run(poor, wanted, "ipfs://d", salt=SALT, valid_before=until)
            values = (terms_tuple(wanted), "ipfs://d", signed.struct())
            return contract.calldata("postRunWithAuthorization", *values)
        signed = contract.authorize_stake(
            poor, staked_agent, ONE_USDC, salt=SALT, valid_before=until
        )
        values = (staked_agent, ONE_USDC, signed.struct())
        return contract.calldata("stakeWithAuthorization", *values)

    def plain(contract, function):
        if function == "stake":
            return contract.calldata(function, staked_agent, ONE_USDC), ONE_USDC
        if function == "postRun":
            return contract.calldata(function, terms_tuple(wanted), "ipfs://d"), wanted.cost
        draft = contract.create_run(poor, wanted, "ipfs://d").event.run_id
        return contract.calldata(function, draft), wanted.cost

    def encoded(contract, way, function):
        if way == "authorization":
            return authorized(contract)
        data, cost = plain(contract, function)
        if way == "permit":
            return contract.multicall_data([contract.permit_call(poor, cost, until), data])
        contracts.usdc.approve(poor, contract.address, cost)
        return data

    return encoded


@pytest.mark.parametrize(("kind", "way", "function"), WAYS.values(), ids=WAYS)
def test_pay__less_usdc_than_that__is_said(contracts, poor, call, kind, way, function):
    """API-3: the same reason in the same words, whichever way is taken."""
    contract = getattr(contracts, kind)
    data = call(contract, way, function)

    with pytest.raises(ContractReverted) as refused:
        simulate(contracts.w3, {"from": poor.address, "to": contract.address, "data": data})

    assert refused.value.arguments == {"reason": BALANCE}
    assert refused.value.words == "The payer's USDC balance is too low."
    assert name_of(refused.value) == "INSUFFICIENT_FUNDS"


def test_from_data__bytes_of_the_real_token__are_read():
    """API-3: what is left in memory after a text is no part of it."""
    error = from_data(REAL)

    assert (error.name, error.arguments) == ("Error", {"reason": BALANCE})
    assert name_of(error) == "INSUFFICIENT_FUNDS"


def test_authorization__of_the_real_token__is_answered_with_those_bytes(contracts, poor, call):
    """The bytes above are what Circle's code returns here, so the test before is about them."""
    data = call(contracts.runs, "authorization", "postRun")
    tx = {"from": poor.address, "to": contracts.runs.address, "data": data.to_0x_hex()}

    answer = contracts.w3.provider.make_request("eth_call", [tx, "latest"])

    assert answer["error"]["data"] == f"0x{REAL.hex()}"
