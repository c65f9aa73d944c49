"""Projections of the events that all contracts with money share."""

from __future__ import annotations

from agentescrow.chain import events
from agentescrow.domain.constants import ZERO_ADDRESS
from agentescrow.indexer.batch import Entry
from agentescrow.indexer.registry import projects
from agentescrow.store.changes import Changes, Row
from agentescrow.store.vaults.tables import credits, vaults


def change_vault(changes: Changes, contract: str) -> Row:
    """Return the row of a contract to be changed, and create it if there is none.

    `checks.vaults` finds out whether the events of its deployment were indexed.
    """
    row = changes.change(vaults, contract)
    if row is not None:
        return row
    amounts = dict.fromkeys(("held", "credits", "fees", "fees_earned", "volume"), 0)
    unknown = dict.fromkeys(("created_in", "owner", "treasury"))
    return changes.put(vaults, {"contract": contract, **unknown, "paused": False, **amounts})


@projects(events.Credited)
def credited(changes: Changes, event: events.Credited, at: Entry) -> None:
    """Book a payout that USDC refused (RUN-16)."""
    contract = at.log.contract
    credit = changes.change(credits, contract, event.account)
    if credit is None:
        credit = changes.put(credits, {"contract": contract, "account": event.account, "amount": 0})
    credit["amount"] += event.amount
    change_vault(changes, contract)["credits"] += event.amount


@projects(events.CreditWithdrawn)
def withdrawn(changes: Changes, event: events.CreditWithdrawn, at: Entry) -> None:
    """Remove a credit, which is always withdrawn whole."""
    changes.remove(credits, at.log.contract, event.account)
    change_vault(changes, at.log.contract)["credits"] -= event.amount


@projects(events.TreasurySet)
def treasury_set(changes: Changes, event: events.TreasurySet, at: Entry) -> None:
    """Set the receiver of the fees."""
    change_vault(changes, at.log.contract)["treasury"] = event.treasury


@projects(events.OwnershipTransferred)
def owner_set(changes: Changes, event: events.OwnershipTransferred, at: Entry) -> None:
    """Set the owner; the first one is set in the transaction that creates the contract."""
    row = change_vault(changes, at.log.contract)
    row["owner"] = event.new_owner
    if event.previous_owner == ZERO_ADDRESS:
        row["created_in"] = at.log.tx_hash


@projects(events.FeesSwept)
def swept(changes: Changes, event: events.FeesSwept, at: Entry) -> None:
    """Subtract the fees that went to the treasury."""
    change_vault(changes, at.log.contract)["fees"] -= event.amount


@projects(events.Paused)
def paused(changes: Changes, _event: events.Paused, at: Entry) -> None:
    """Note that the contract takes no new entries."""
    change_vault(changes, at.log.contract)["paused"] = True


@projects(events.Unpaused)
def unpaused(changes: Changes, _event: events.Unpaused, at: Entry) -> None:
    """Note that the contract takes new entries again."""
    change_vault(changes, at.log.contract)["paused"] = False
