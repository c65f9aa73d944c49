"""Payouts under any gas limit.

when the sender gives a call just too little gas for the transfer inside it
    it should revert whole: a payout that is starved is no payout that USDC refused
when the sender gives enough
    it should pay whole
it should never credit (finalize: one payout; slash: one in each contract)
"""

from __future__ import annotations

from eth_utils.crypto import keccak

from agentescrow.domain.constants import ONE_USDC
from tests.contracts.runs import COST, REWARD

_TRANSFER = "0x" + keccak(text="Transfer(address,address,uint256)").hex()
_CREDITED = "0x" + keccak(text="Credited(address,uint256)").hex()

COARSE, FINE = 1_000, 40
LEAST = 40_000
"""Below it nothing of interest has happened: a transaction costs 21,000, a cold slot 2,100."""


class Sweep:
    """One call at many gas limits, each from the same state."""

    def __init__(self, w3, rpc, sender, call, args, *, access_list=()) -> None:
        """Know the call, and the slots that its sender warms beforehand (EIP-2930)."""
        self._rpc = rpc
        self._warming = sum(2_400 + 1_900 * len(entry["storageKeys"]) for entry in access_list)
        self._request = w3.provider.make_request
        self._transaction = {
            "from": sender.address,
            "to": call.contract.address,
            "data": "0x" + bytes(call.encode_input(*args)).hex(),
            **({"accessList": access_list} if access_list else {}),
        }

    def outcomes(self) -> dict[int, dict]:
        """Send it at limits from too little to plenty; tell each receipt by its limit."""
        plenty = 2_000_000
        need = self._need(int(self._send(plenty)["gasUsed"], 16))
        limits = {plenty, *range(LEAST + self._warming, need + COARSE, COARSE)}
        limits |= set(range(need - 2 * COARSE, need + 2 * COARSE, FINE))
        return {limit: self._send(limit) for limit in sorted(limits)}

    def _need(self, used: int) -> int:
        """Find the least limit that does not revert; refunds make it more than what is used."""
        too_little, enough = used // 2, used * 2
        while enough - too_little > 1:
            middle = (too_little + enough) // 2
            answer = self._request("eth_call", [self._transaction | {"gas": hex(middle)}, "latest"])
            if "error" in answer:
                too_little = middle
            else:
                enough = middle
        return enough

    def _send(self, gas: int) -> dict:
        snapshot = self._rpc.ask("evm_snapshot")
        receipt = self._rpc.send(self._transaction | {"gas": hex(gas)})
        self._rpc.settle()
        assert self._rpc.ask("evm_revert", snapshot)
        return receipt


def _touched(rpc, sender, call, *args) -> list:
    """List the slots that a call touches, as an access list."""
    transaction = {
        "from": sender.address,
        "to": call.contract.address,
        "data": "0x" + bytes(call.encode_input(*args)).hex(),
    }
    return rpc.ask("eth_createAccessList", transaction, "latest")["accessList"]


def _transfers(receipt, usdc) -> dict[str, int]:
    """Sum what each account got in USDC."""
    gained: dict[str, int] = {}
    for log in receipt["logs"]:
        if log["address"].lower() == usdc.address.lower() and log["topics"][0] == _TRANSFER:
            to = "0x" + log["topics"][2][-40:]
            gained[to] = gained.get(to, 0) + int(log["data"], 16)
    return gained


def _assert_whole_or_not_at_all(outcomes, usdc, gains) -> None:
    expected = {account.address.lower(): gain for account, gain in gains.items()}
    paid = {limit for limit, receipt in outcomes.items() if receipt["status"] == "0x1"}
    assert paid
    assert outcomes.keys() - paid
    for limit in paid:
        assert _transfers(outcomes[limit], usdc) == expected, f"gas limit {limit}"
        topics = {log["topics"][0] for log in outcomes[limit]["logs"]}
        assert _CREDITED not in topics, f"gas limit {limit}"


def test_finalize__any_gas_limit__pays_whole_or_reverts_whole(
    escrow, usdc, agent, outsider, submitted_run, clock, w3, rpc
):
    """RUN-16 (threat: a call starved of gas turns a payout into a credit)."""
    run_id = submitted_run()
    clock.mine(at=escrow.reviewEndsAt(run_id))

    outcomes = Sweep(w3, rpc, outsider, escrow.finalize, (run_id,)).outcomes()

    _assert_whole_or_not_at_all(outcomes, usdc, {agent: REWARD})


def test_slash__any_gas_limit__pays_whole_or_reverts_whole(
    escrow, usdc, poster, claimed_run, clock, w3, rpc
):
    """RUN-16, STAKE-8 (threat: a call starved of gas turns a payout into a credit)."""
    run_id = claimed_run(reward=ONE_USDC)
    cost = ONE_USDC + ONE_USDC // 20
    clock.mine(at=escrow.slashableAt(run_id))

    outcomes = Sweep(w3, rpc, poster, escrow.slash, (run_id,)).outcomes()

    _assert_whole_or_not_at_all(outcomes, usdc, {poster: 2 * cost})


def test_cancel_run__any_gas_limit_of_a_stranger__refunds_whole_or_reverts_whole(
    escrow, usdc, poster, outsider, open_run, clock, w3, rpc
):
    """RUN-16 (threat: a stranger starves a refund into a credit)."""
    run_id = open_run()
    clock.mine(at=escrow.getRun(run_id).deadline)

    outcomes = Sweep(w3, rpc, outsider, escrow.cancelRun, (run_id,)).outcomes()

    _assert_whole_or_not_at_all(outcomes, usdc, {poster: COST})


def test_finalize__any_gas_limit_where_a_credit_costs_least__pays_whole_or_reverts_whole(
    escrow, usdc, agent, outsider, runs, blacklist, unblacklist, clock, w3, rpc
):
    """RUN-16: 1/64 of what a transfer needs does not even pay for adding to a credit."""
    blacklist(agent)
    runs.approved()
    unblacklist(agent)
    assert escrow.creditOf(agent) == REWARD
    run_id = runs.submitted()
    clock.mine(at=escrow.reviewEndsAt(run_id))
    warmed = _touched(rpc, outsider, escrow.finalize, run_id)
    warmed += _touched(rpc, outsider, escrow.creditOf, agent)

    outcomes = Sweep(w3, rpc, outsider, escrow.finalize, (run_id,), access_list=warmed).outcomes()

    _assert_whole_or_not_at_all(outcomes, usdc, {agent: REWARD})
