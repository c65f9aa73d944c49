"""Remarks to read before a deployment is confirmed."""

from __future__ import annotations

from typing import Final

from web3 import Web3

from agentescrow.chain.verification import code_at
from deployment.cost import Cost
from deployment.plan import Plan

_DELEGATED: Final = bytes.fromhex("ef0100")  # EIP-7702: still a single key


def remarks(w3: Web3, plan: Plan, cost: Cost) -> list[str]:
    """List the remarks, one line each."""
    p = plan.parameters
    lines = [
        f"The {role} {address} has no code: it is a single key. On Base use a Safe. {consequence}"
        for role, address, consequence in (
            ("owner", str(p.owner), "If it is lost, nobody can pause or set a treasury again."),
            (
                "treasury",
                str(p.treasury),
                "If it is lost, fees are lost until the owner sets another.",
            ),
        )
        if _is_single_key(w3, address)
    ]
    return [
        *lines,
        f"It costs {cost.describe()}.",
        "If a transaction is stuck, run this again with --replace, which sends it again at its "
        "nonce for a higher fee. Send nothing else from this account until all is deployed.",
    ]


def _is_single_key(w3: Web3, address: str) -> bool:
    code = code_at(w3, address)
    return not code or code.startswith(_DELEGATED)
