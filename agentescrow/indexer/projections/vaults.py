"""What the events that RunEscrow and StakeRegistry share mean for rows."""

from __future__ import annotations

from agentescrow.chain import events as said
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.indexer.batch import Entry
from agentescrow.store.changes import Changes, Row
from agentescrow.store.tables import credits, vaults


def vault(changes: Changes, contract: str) -> Row:
    """The row of a contract, to be changed; made where there is none yet.

    Whether the events of its deployment are there is what `completeness` looks at.

    Args:
        changes: Of the transaction.
        contract: "RunEscrow" or "StakeRegistry".
    """
    row = changes.change(vaults, contract)
    if row is not None:
        return row
    amounts = dict.fromkeys(("held", "credits", "fees", "fees_earned", "volume"), 0)
    unknown = dict.fromkeys(("created_in", "owner", "treasury"))
    return changes.put(vaults, {"contract": contract, **unknown, "paused": False, **amounts})


def credited(changes: Changes, event: said.Credited, at: Entry) -> None:
    """USDC refused a payout (RUN-16)."""
    contract = at.log.contract
    credit = changes.change(credits, contract, event.account)
    if credit is None:
        credit = changes.put(credits, {"contract": contract, "account": event.account, "amount": 0})
    credit["amount"] += event.amount
    vault(changes, contract)["credits"] += event.amount


def withdrawn(changes: Changes, event: said.CreditWithdrawn, at: Entry) -> None:
    """The whole credit is gone."""
    changes.remove(credits, at.log.contract, event.account)
    vault(changes, at.log.contract)["credits"] -= event.amount


def treasury_set(changes: Changes, event: said.TreasurySet, at: Entry) -> None:
    """Where the fees go."""
    vault(changes, at.log.contract)["treasury"] = event.treasury


def owner_set(changes: Changes, event: said.OwnershipTransferred, at: Entry) -> None:
    """Who owns the contract; at first nobody has, in the transaction that creates it."""
    row = vault(changes, at.log.contract)
    row["owner"] = event.new_owner
    if event.previous_owner == ZERO_ADDRESS:
        row["created_in"] = at.log.tx_hash
