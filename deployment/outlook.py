"""What whoever agrees to a deployment should know beside its constructors."""

from __future__ import annotations

from typing import Final

from web3 import Web3

from agentescrow.chain.verification import code_at
from deployment.cost import Cost
from deployment.plan import Plan

_DELEGATED: Final = bytes.fromhex("ef0100")  # EIP-7702: still one key, whatever it delegates to


def remarks(w3: Web3, plan: Plan, cost: Cost) -> list[str]:
    """One line each.

    Args:
        plan: What is deployed.
        cost: What it costs.
    """
    p = plan.parameters
    lines = [
        f"The {role} {address} has no code: it is a single key, and on Base should be a Safe. "
        f"{consequence}"
        for role, address, consequence in (
            ("owner", str(p.owner), "Lost, nobody can ever pause or set a treasury again."),
            ("treasury", str(p.treasury), "Lost, its fees are lost until the owner sets another."),
        )
        if _is_single_key(w3, address)
    ]
    return [
        *lines,
        f"It costs {cost.words()}.",
        "Should a transaction be stuck, run this again with --replace: it is sent anew, at its "
        "nonce and for a higher fee. Send nothing else from this account meanwhile.",
    ]


def _is_single_key(w3: Web3, address: str) -> bool:
    code = code_at(w3, address)
    return not code or code.startswith(_DELEGATED)
