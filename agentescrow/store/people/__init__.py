"""Tables that users fill, relayed requests and idempotency keys: outside the digest and undo."""
