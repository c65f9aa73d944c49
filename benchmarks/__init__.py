"""What the contracts cost, measured on a local chain."""
