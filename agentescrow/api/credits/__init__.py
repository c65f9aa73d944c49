"""API of credits, the payments that USDC refused."""
