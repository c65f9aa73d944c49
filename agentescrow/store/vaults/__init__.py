"""Contracts that hold money: what they owe, and to whom."""
