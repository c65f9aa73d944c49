"""The fast backends agree with each other on time, state and errors."""

from __future__ import annotations

import pytest

from artifacts import NotBuilt, ours
from localnet import usdc
from localnet.evm import Reverted, created_address

# TIMESTAMP, returned as a word.
CLOCK = bytes.fromhex("4260005260206000f3")
CLOCK_ADDRESS = "0x" + "c1" * 20
# Reverts without data unless 7 wei come with the call.
SEVEN_WEI = bytes.fromhex("34600714600a575f5ffd5b00")
SEVEN_WEI_ADDRESS = "0x" + "c7" * 20


def test_next_timestamp__set__is_the_time_of_the_transaction(chain, token, poster, agent):
    usdc.mint(chain, poster.address, 10)
    moment = chain.now + 604_800
    chain.next_timestamp = moment
    assert token.send(poster, "transfer", agent, 1).timestamp == moment == chain.now
    assert token.send(poster, "transfer", agent, 1).timestamp == moment + chain.step


def test_next_timestamp__in_the_past__is_refused(chain, token, poster):
    chain.next_timestamp = chain.now - 1
    with pytest.raises(ValueError, match="cannot run at"):
        token.send(poster, "transfer", poster, 0)


def test_call__after_warp__sees_the_new_time(chain):
    chain.set_code(CLOCK_ADDRESS, CLOCK)
    chain.warp(86_400)
    assert int.from_bytes(chain.call(CLOCK_ADDRESS, b"")) == chain.now


def test_revert__to_snapshot__restores_state_and_time(chain, token, poster):
    snapshot, before = chain.snapshot(), chain.now
    usdc.mint(chain, poster.address, 10)
    chain.warp(1000)
    chain.revert(snapshot)
    assert (token.view("balanceOf", poster), chain.now) == (0, before)


def test_deploy__known_nonce__lands_where_predicted(chain, poster):
    expected = created_address(poster.address, chain.nonce(poster.address))
    assert chain.deploy(ours("PlainToken"), sender=poster).address == expected


def test_send__refused__raises_the_custom_error_with_its_values(chain, poster, agent):
    plain = chain.deploy(ours("PlainToken"), sender=poster)
    with pytest.raises(Reverted) as refused:
        plain.send(poster, "transfer", agent, 5)
    assert refused.value.name == "ERC20InsufficientBalance"
    assert refused.value.args_by_name == {"sender": poster.address, "balance": 0, "needed": 5}


def test_transact__with_ether__comes_with_the_call_from_somebody_who_has_none(chain, poster):
    chain.set_code(SEVEN_WEI_ADDRESS, SEVEN_WEI)
    with pytest.raises(Reverted) as refused:
        chain.transact(poster.address, SEVEN_WEI_ADDRESS, b"")
    assert refused.value.name == ""
    assert chain.transact(poster.address, SEVEN_WEI_ADDRESS, b"", value=7).timestamp == chain.now


def test_ours__unknown_contract__says_what_to_run():
    with pytest.raises(NotBuilt, match="run `make build`"):
        ours("NoSuchContract")
