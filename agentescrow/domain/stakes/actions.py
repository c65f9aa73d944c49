"""StakeRegistry's actions (STAKE-1 to STAKE-9)."""

from __future__ import annotations

from typing import Any, Final

from agentescrow.domain.actions import Action, ActionTable, Relaying
from agentescrow.domain.vault_actions import PERMIT, WITHDRAW

STAKE_ACTIONS: Final[ActionTable[Any]] = ActionTable(
    (
        Action("stake(agentId, amount)", "Stake for an agent.", "Staked", Relaying.PAYS),
        Action(
            "stakeWithAuthorization(agentId, amount, authorization)",
            "Stake what a signed EIP-3009 authorization pays.",
            "Staked",
            Relaying.PAYS,
        ),
        Action(
            "unstake(agentId, amount, to)",
            "Withdraw stake that is not locked.",
            "Unstaked",
            Relaying.PAYS,
        ),
        Action(
            "allowMarket(agentId, market, cap)",
            "Allow a market to lock an agent's stake up to a cap.",
            "MarketAllowed",
            Relaying.PAYS,
        ),
        WITHDRAW,
        PERMIT,
    )
)
"""Every function of StakeRegistry for agents; markets' and the owner's are not here."""
