"""What the events that RunEscrow and StakeRegistry share mean for rows."""

from __future__ import annotations

from agentescrow.chain import events as said
from agentescrow.indexer.batch import Entry
from agentescrow.store.changes import Changes, Row
from agentescrow.store.tables import credits, vaults


def vault(changes: Changes, contract: str) -> Row:
    """The row of a contract, to be changed; made where there is none yet.

    Args:
        changes: Of the transaction.
        contract: "RunEscrow" or "StakeRegistry".
    """
    row = changes.change(vaults, contract)
    if row is not None:
        return row
    amounts = dict.fromkeys(("held", "credits", "fees", "fees_earned", "volume"), 0)
    empty = {"contract": contract, "owner": None, "treasury": None, "paused": False, **amounts}
    return changes.put(vaults, empty)


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
    """Where the platform's money goes."""
    vault(changes, at.log.contract)["treasury"] = event.treasury


def owner_set(changes: Changes, event: said.OwnershipTransferred, at: Entry) -> None:
    """Who owns the contract."""
    vault(changes, at.log.contract)["owner"] = event.new_owner
