"""multicall(calls), on both contracts.

when there are no calls
    it should return nothing
when the calls return something
    it should return their results in order
when a call reverts
    it should hand its custom error on, with values, and its reason string too
    it should undo the calls before it
when ETH is sent along
    it should revert
when it is called directly
    it should speak for the caller in each call
    when a caller appends somebody's address to a call
        it should speak for the caller all the same
when it comes through the forwarder
    it should speak for the signer in each call, nested ones too
    when a signer appends somebody's address to a call
        it should speak for the signer all the same
it should delegate to the contract itself only
"""

from __future__ import annotations

import ape
import pytest

from agentescrow.domain.constants import ZERO_ADDRESS
from tests.contracts.outcome import reverting


def _appended(call, account) -> bytes:
    return bytes(call) + bytes.fromhex(account.address[2:])


@pytest.fixture
def withdrawal(vault):
    """A call that says by its error who speaks: nobody here has a credit."""
    return vault.withdrawCredit.encode_input(ZERO_ADDRESS)


def test_multicall__nothing__returns_nothing(vault, outsider):
    assert vault.multicall.call([], sender=outsider) == []


def test_multicall__views__returns_their_results_in_order(vault, outsider):
    calls = [vault.totalOwed.encode_input(), vault.owner.encode_input()]

    results = vault.multicall.call(calls, sender=outsider)

    assert [int.from_bytes(result) for result in results] == [
        vault.totalOwed(),
        int(vault.owner(), 16),
    ]


def test_multicall__custom_error__is_handed_on(vault, outsider, withdrawal):
    """RUN-26."""
    with reverting(vault.NoCredit, account=outsider):
        vault.multicall([withdrawal], sender=outsider)


def test_multicall__reason_string__is_handed_on(payment, payer):
    with ape.reverts("ERC20: transfer amount exceeds allowance"):
        payment.vault.multicall([payment.data], sender=payer)


def test_multicall__one_call_reverts__undoes_the_others(payment, payer, usdc, withdrawal, ledger):
    usdc.approve(payment.vault, payment.amount, sender=payer)
    owed = payment.vault.totalOwed()

    with ledger.moves(), reverting(payment.vault.NoCredit, account=payer):
        payment.vault.multicall([payment.data, withdrawal], sender=payer)

    assert payment.vault.totalOwed() == owed


def test_multicall__several_payments__makes_each(payment, payer, usdc, ledger):
    """RUN-21: the guard is free again between two calls."""
    total = 2 * payment.amount
    usdc.approve(payment.vault, total, sender=payer)

    with ledger.moves({payer: -total, payment.vault: total}):
        payment.vault.multicall([payment.data, payment.data], sender=payer)


def test_multicall__with_eth__reverts(vault, outsider, w3):
    """RUN-24: a value that several calls would see is none (threat: msg.value counted twice)."""
    transaction = {
        "from": outsider.address,
        "to": vault.address,
        "data": vault.multicall.encode_input([]).to_0x_hex(),
        "value": "0x1",
    }

    assert "error" not in w3.provider.make_request("eth_call", [transaction | {"value": "0x0"}])
    assert "error" in w3.provider.make_request("eth_call", [transaction])


def test_multicall__address_appended_by_a_caller__speaks_for_the_caller(
    vault, outsider, poster, withdrawal, credited
):
    """RUN-19 (threat: CVE-2023-49145)."""
    with reverting(vault.NoCredit, account=outsider):
        vault.multicall([_appended(withdrawal, poster)], sender=outsider)

    assert vault.creditOf(poster) == credited


@pytest.mark.parametrize("nested", [False, True])
def test_multicall__through_the_forwarder__speaks_for_the_signer(
    vault, forwarder, poster, outsider, relayer, signing, credited, ledger, nested
):
    """RUN-19."""
    batch = vault.multicall.encode_input([vault.withdrawCredit.encode_input(outsider)])
    if nested:
        batch = vault.multicall.encode_input([batch])

    with ledger.moves({vault: -credited, outsider: credited}):
        forwarder.execute(signing.request(poster, vault, batch), sender=relayer)

    assert vault.creditOf(poster) == 0


@pytest.mark.parametrize("nested", [False, True])
def test_multicall__address_appended_by_a_signer__speaks_for_the_signer(
    vault, forwarder, poster, outsider, relayer, signing, credited, ledger, nested
):
    """RUN-19 (threat: CVE-2023-49145): multicall and forwarder together."""
    theft = _appended(vault.withdrawCredit.encode_input(outsider), poster)
    batch = vault.multicall.encode_input([theft])
    if nested:
        batch = _appended(vault.multicall.encode_input([_appended(batch, poster)]), poster)

    with ledger.moves(), reverting(forwarder.FailedCall):
        forwarder.execute(signing.request(outsider, vault, batch), sender=relayer)

    assert vault.creditOf(poster) == credited


def test_multicall__delegates__to_the_contract_itself_only(payment, payer, usdc, w3):
    """RUN-21: no foreign code runs in the contract's name."""
    usdc.approve(payment.vault, payment.amount, sender=payer)
    tx = payment.vault.multicall([payment.data], sender=payer)

    tracer = [tx.txn_hash, {"tracer": "callTracer"}]
    trace = w3.provider.make_request("debug_traceTransaction", tracer)["result"]

    own = payment.vault.address.lower()
    assert {to for sender, to in _delegations(trace) if sender == own} == {own}


def _delegations(frame) -> list[tuple[str, str]]:
    """List who delegated to whom, in a call and all below it."""
    found = [(frame["from"], frame["to"])] if frame["type"] == "DELEGATECALL" else []
    for inner in frame.get("calls", []):
        found += _delegations(inner)
    return found
