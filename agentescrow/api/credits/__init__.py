"""The API's routes for payouts that USDC refused."""
