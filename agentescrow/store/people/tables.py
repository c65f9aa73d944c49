"""Tables that users fill: relayed requests and idempotency keys.

They are outside undo and the digest. A reorganisation leaves them alone, and no sync brings back
what is deleted here.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Index, SmallInteger, String, Text

from agentescrow.store.schema import ADDRESS, HASH, as_of, people_table

relays: Final = people_table(
    "relays",
    Column("request_id", HASH, primary_key=True),  # EIP-712 digest of the request
    Column("sequence", BigInteger, nullable=False, unique=True),  # order of acceptance
    Column("signer", ADDRESS, nullable=False),
    Column("signer_nonce", String(78), nullable=False),  # forwarder's nonce, a uint256
    Column("target", ADDRESS, nullable=False),
    Column("forwarded", Boolean, nullable=False),  # by the forwarder, or sent to the target itself
    Column("execute", Text, nullable=False),  # calldata for the one that is called, 0x and hex
    Column("gas", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),  # last unix second at which it is valid
    Column("accepted_at", BigInteger, nullable=False),  # unix second, by this machine's clock
    Column("accepted_block", BigInteger, nullable=False),  # latest block at that time
    Column("lane", SmallInteger, nullable=False),  # relayer.lanes.Lane: the lower, the earlier
    Column("cost", BigInteger, nullable=False),  # gwei: upper bound, and after mining the real cost
    Column("sender", ADDRESS),  # relayer's account; NULL while queued
    Column("nonce", BigInteger),  # of that account
    Column("status", String(10), nullable=False),  # pending, mined, failed
    Column("settled", Boolean, nullable=False),  # deep enough not to be looked up any more
    Column("tx_hash", HASH),
    Column("block_number", BigInteger),
    Column("problem", Text),
    Column("function", String(40)),  # called function; NULL in requests of earlier versions
    Column("run_id", BigInteger),  # run that it moves; NULL if none or not known
    Index("ix_relays_signer_sequence", "signer", "sequence"),
    Index("ix_relays_sender_nonce", "sender", "nonce", unique=True),
    Index("ix_relays_settled_sequence", "settled", "sequence"),
    Index("ix_relays_settled_sender_nonce", "settled", "sender", "nonce"),
    Index("ix_relays_signer_accepted_at", "signer", "accepted_at"),
    Index("ix_relays_accepted_at", "accepted_at", "lane", "cost"),  # for sums, without the rows
)

relay_transactions: Final = people_table(
    "relay_transactions",
    Column("tx_hash", HASH, primary_key=True),
    Column("request_id", HASH, nullable=False),
    Column("nonce", BigInteger, nullable=False),  # of the relayer's account
    Column("raw", Text, nullable=False),  # signed, 0x and hex
    Column("max_fee", BigInteger, nullable=False),  # wei per gas
    Column("tip", BigInteger, nullable=False),  # wei per gas
    Column("signed_at", BigInteger, nullable=False),
    Index("ix_relay_transactions_request_id", "request_id"),
)

# One row: the relayer of this queue, as it last reported.
relayer: Final = people_table(
    "relayer",
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("account", ADDRESS, nullable=False),
    Column("balance", BigInteger, nullable=False),  # gwei
    Column("seen_at", BigInteger, nullable=False),  # unix second, by its machine's clock
    Column("problem", Text),  # why it has stopped; NULL while it runs
)

idempotency_keys: Final = people_table(
    "idempotency_keys",
    Column("signer", ADDRESS, primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("meaning", String(64), nullable=False),  # digest of path and body without signature
    Column("request_id", HASH),  # of `relays`; NULL after that request has failed
    Column("reserved_at", BigInteger),  # unix second at which the request was reserved
    Column("answer", Text, info=as_of("block_number")),  # first success
    Column("block_number", BigInteger),  # block of the answer
    Column("block_hash", HASH),
    Column("created_at", BigInteger, nullable=False),  # unix second, by this machine's clock
    Index("ix_idempotency_keys_created_at", "created_at"),
)
