"""The relayer's own tables. The chain does not fill them: deleted, what they hold is gone."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, SmallInteger, String, Table, Text

from agentescrow.store.tables import metadata

relays: Final = Table(
    "relays",
    metadata,
    Column("request_id", String(66), primary_key=True),  # EIP-712 digest of the request
    Column("sequence", BigInteger, nullable=False, unique=True),  # order of acceptance
    Column("signer", String(42), nullable=False),
    Column("signer_nonce", String(78), nullable=False),  # of the forwarder, a uint256
    Column("target", String(42), nullable=False),
    Column("forwarded", Boolean, nullable=False),  # by the forwarder; else called as it stands
    Column("execute", Text, nullable=False),  # calldata of whichever is called, 0x and hex
    Column("gas", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),  # last unix second at which it is valid
    Column("accepted_at", BigInteger, nullable=False),  # unix second, by this machine's clock
    Column("accepted_block", BigInteger, nullable=False),  # the latest one then
    Column("lane", SmallInteger, nullable=False),  # relayer.lanes.Lane: the lower, the earlier
    Column("cost", BigInteger, nullable=False),  # gwei: at most, and once it is mined what it was
    Column("sender", String(42)),  # the relayer's account and its nonce; NULL while queued
    Column("nonce", BigInteger),
    Column("status", String(10), nullable=False),  # pending, mined, failed
    Column("settled", Boolean, nullable=False),  # deep enough not to be asked for any more
    Column("tx_hash", String(66)),
    Column("block_number", BigInteger),
    Column("problem", Text),
    Column("function", String(40)),  # what is called, and the run that it moves; NULL of before
    Column("run_id", BigInteger),
    Index("ix_relays_signer_sequence", "signer", "sequence"),
    Index("ix_relays_sender_nonce", "sender", "nonce", unique=True),
    Index("ix_relays_settled_sequence", "settled", "sequence"),
    Index("ix_relays_settled_sender_nonce", "settled", "sender", "nonce"),
    Index("ix_relays_signer_accepted_at", "signer", "accepted_at"),
    Index("ix_relays_accepted_at", "accepted_at", "lane", "cost"),  # sums, without the rows
)

relay_transactions: Final = Table(
    "relay_transactions",
    metadata,
    Column("tx_hash", String(66), primary_key=True),
    Column("request_id", String(66), nullable=False),
    Column("nonce", BigInteger, nullable=False),  # of the relayer's account
    Column("raw", Text, nullable=False),  # signed, 0x and hex
    Column("max_fee", BigInteger, nullable=False),  # wei a gas
    Column("tip", BigInteger, nullable=False),
    Column("signed_at", BigInteger, nullable=False),
    Index("ix_relay_transactions_request_id", "request_id"),
)

# One row: who relays what is queued here, as it said last.
relayer: Final = Table(
    "relayer",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account", String(42), nullable=False),
    Column("balance", BigInteger, nullable=False),  # gwei
    Column("seen_at", BigInteger, nullable=False),  # unix second, by its machine's clock
    Column("problem", Text),  # why it has stopped for good; NULL while it has not
)
