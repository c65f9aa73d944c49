"""The arithmetic of a transaction's floor, against code whose price is known by heart."""

from __future__ import annotations

import pytest

from benchmarks import gas
from benchmarks.floor import Cost, cost_of
from benchmarks.gas import excess, growth
from benchmarks.peers import TARGETS
from localnet.anvil import Anvil
from localnet.evm import AnvilFast

_SENDER = "0x" + "11" * 20
_CONTRACT = "0x" + "22" * 20
_TOKEN = "0x" + "33" * 20
_PUSH_ZEROS = "5f" * 5


@pytest.fixture(scope="module")
def chain():
    """An Anvil with a token that emits an empty log and returns."""
    switches = ("--steps-tracing", "--block-base-fee-per-gas", "0", "--gas-price", "0")
    with Anvil(more=switches) as anvil, AnvilFast(anvil.url) as chain:
        chain.set_code(_TOKEN, bytes.fromhex("5f5fa000"))
        yield chain


def _cost(chain: AnvilFast, code: str, data: str = "", **slots: int) -> Cost:
    chain.set_code(_CONTRACT, bytes.fromhex(code + "00"))
    for slot, value in slots.items():
        chain.set_storage(_CONTRACT, int(slot.removeprefix("slot")), value)
    chain.transact(_SENDER, _CONTRACT, bytes.fromhex(data))
    latest = chain.rpc("eth_getBlockByNumber", "latest", False)["transactions"][0]
    return cost_of(chain.rpc, latest, _TOKEN)


def test_calldata__zero_and_other_bytes__four_and_sixteen(chain):
    """A slot is read besides, which is work enough."""
    cost = _cost(chain, "5f5450", "00ff00")
    assert (cost.used, cost.intrinsic, cost.calldata, cost.rest) == (23_128, 21_000, 24, 4)


def test_calldata__nothing_done_with_it__higher_price(chain):
    """EIP-7623: a transaction cannot be a cheap way to publish data."""
    cost = _cost(chain, "", "00ff00")
    assert (cost.used, cost.calldata, cost.rest) == (21_060, 60, 0)


def test_slots__read_and_written_twice__counted_once(chain):
    """Slot 0 goes 0 → 1 → 2: one slot, one filling; the second write and the pushes are rest."""
    cost = _cost(chain, "60015f5560025f555f5450", slot0=0)
    assert (cost.slots, cost.writes) == (2_100, 20_000)
    assert cost.used == 21_000 + 22_100 + 100 + 100 + cost.rest - 200
    assert cost.rest == 200 + 3 + 2 + 3 + 2 + 2 + 2


def test_writes__slot_emptied__refund_taken_off(chain):
    """Slot 1 goes 7 → 0."""
    cost = _cost(chain, "5f600155", slot1=7)
    assert (cost.slots, cost.writes, cost.rest) == (2_100, 2_900 - 4_800, 5)


def test_writes__value_restored__all_of_it_is_rest(chain):
    """Slot 2 goes 7 → 8 → 7, which nobody needed."""
    cost = _cost(chain, "60086002556007600255", slot2=7)
    assert (cost.slots, cost.writes) == (2_100, 0)


def test_token__called_twice__account_once_and_inside_apart(chain):
    """The token spends two pushes and a log inside; the second, warm call of it is rest."""
    call = f"{_PUSH_ZEROS}73{_TOKEN[2:]}5af150"
    cost = _cost(chain, call * 2)
    assert (cost.accounts, cost.token, cost.logs) == (2_600, 2 * (2 + 2 + 375), 0)
    assert cost.rest == 100 + 2 * (5 * 2 + 3 + 2 + 2)


def test_logs__topics_and_bytes__as_priced(chain):
    """LOG1 over 32 bytes."""
    cost = _cost(chain, "5f60205fa1")
    assert cost.logs == 375 * 2 + 8 * 32


def test_precompiles__identity_called__no_account(chain):
    """Contract 4 copies nothing for 15 gas, and its account is always warm."""
    cost = _cost(chain, f"{_PUSH_ZEROS}60045af150")
    assert (cost.accounts, cost.precompiles) == (0, 15)


def test_growth__more_than_one_percent__named():
    """One percent is let pass; new and lost steps are named too."""

    def costing(rest: int) -> Cost:
        return Cost(21_000, 0, 0, 0, 0, 0, 0, 0, rest)

    before = {"plain": {"same": costing(0), "grown": costing(0), "lost": costing(0)}}
    now = {"plain": {"same": costing(210), "grown": costing(211), "new": costing(0)}}
    assert growth(now, before) == [
        "grown (plain): 21,211 gas, was 21,000",
        "new (plain): not in the snapshot",
        "lost (plain): not measured any more",
    ]


def test_excess__snapshot__is_within_the_targets():
    """A run's life, and every step at most 12 % above its floor but for the forwarder's."""
    assert excess(gas._loaded()) == []


def test_excess__life_and_step_above__are_named():
    """Creeping by less than one percent at a time ends here."""
    life = dict.fromkeys(
        ("postRun", "claimRun", "submitWork"), Cost(60_000, 0, 0, 0, 0, 0, 0, 0, 0)
    )
    steps = {**life, "approve": Cost(60_000, 0, 0, 0, 0, 0, 0, 0, TARGETS["plain"] - 240_000 + 1)}
    assert excess({"plain": steps}) == [
        f"a run's life (plain): {TARGETS['plain'] + 1:,} gas, above {TARGETS['plain']:,}",
        "approve (plain): 71,001 gas, 1.183 times its floor",
    ]
