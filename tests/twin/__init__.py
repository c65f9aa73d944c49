"""The contracts' rules as executable Python, which the tests hold the contracts against."""
