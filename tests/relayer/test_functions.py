"""Which functions the relayer pays for.

given a signed request to one of the two contracts
  when its function is one of a run's or a stake's: it is relayed, alone or in a batch
  when it is another, alone or hidden in a batch: it is refused
"""

from __future__ import annotations

import pytest
from eth_utils.abi import function_abi_to_4byte_selector
from hexbytes import HexBytes

from agentescrow.chain.abis import entries
from agentescrow.errors import RequestRefused
from agentescrow.relayer.called_functions import relayed_functions, run_of


def calls_of(ground, *calls):
    return bytes(ground.contracts.runs.multicall_data([HexBytes(call) for call in calls]))


def call(ground, function, *args):
    return bytes(ground.contracts.runs.calldata(function, *args))


@pytest.mark.parametrize("function", ["pause", "unpause", "sweepFees", "renounceOwnership"])
def test_submit__function_of_the_owner__is_refused(ground, admission, poster, function):
    """API-4: only what a poster or an agent does is paid for."""
    with pytest.raises(RequestRefused, match=f"{function} of RunEscrow is not relayed"):
        admission.submit(ground.request(poster, data=call(ground, function)))


def test_submit__unknown_function__is_refused(ground, admission, poster):
    """API-4: nothing is called that the contract does not have."""
    with pytest.raises(RequestRefused, match="0xdeadbeef of RunEscrow is not relayed"):
        admission.submit(ground.request(poster, data=bytes.fromhex("deadbeef")))


def test_relayed_functions__batch_of_called_ones__passes(ground):
    """API-4: a permit and the call that needs it come together."""
    permit = call(ground, "selfPermit", 1, 2, b"\x01" * 65)

    called = relayed_functions("RunEscrow", calls_of(ground, permit, call(ground, "fundRun", 1)))

    assert called == ("selfPermit", "fundRun")


def test_run_of__call__is_the_run_that_it_moves(ground):
    """API-4: of a batch, what the permit is for; a new run has no number yet."""
    permit, fund = call(ground, "selfPermit", 1, 2, b"\x01" * 65), call(ground, "fundRun", 7)

    assert run_of("RunEscrow", fund) == 7
    assert run_of("RunEscrow", calls_of(ground, permit, fund)) == 7
    assert run_of("RunEscrow", permit) is None
    assert run_of("RunEscrow", fund[:20]) is None
    assert run_of("StakeRegistry", fund) is None


@pytest.mark.parametrize("hidden", ["pause", "multicall"])
def test_relayed_functions__hidden_in_a_batch__is_refused(ground, hidden):
    """API-4: a batch is looked into, and holds no batch."""
    inner = call(ground, "pause") if hidden == "pause" else calls_of(ground, call(ground, "pause"))

    with pytest.raises(RequestRefused, match=f"{hidden} of RunEscrow is not relayed"):
        relayed_functions("RunEscrow", calls_of(ground, call(ground, "fundRun", 1), inner))


def test_relayed_functions__batch_of_nothing__is_refused(ground):
    """API-4: nothing is paid for that does nothing."""
    with pytest.raises(RequestRefused, match="calls nothing"):
        relayed_functions("RunEscrow", calls_of(ground))


@pytest.mark.parametrize("tail", [b"", b"\xff" * 64, b"\x00" * 31])
def test_relayed_functions__broken_batch__is_refused(ground, tail):
    """API-4: malformed input is said, not raised."""
    selector = calls_of(ground)[:4]

    with pytest.raises(RequestRefused, match="not encoded as bytes"):
        relayed_functions("RunEscrow", selector + tail)


@pytest.mark.parametrize(
    ("contract", "function"),
    [("StakeRegistry", "lock"), ("StakeRegistry", "release"), ("StakeRegistry", "addMarket")],
)
def test_relayed_functions__function_of_a_market__is_refused(contract, function):
    """API-4: what only a market or the owner may call cannot work by a request."""
    (entry,) = [each for each in entries(contract, "function") if each["name"] == function]
    with pytest.raises(RequestRefused, match=f"{function} of {contract}"):
        relayed_functions(contract, function_abi_to_4byte_selector(entry))
