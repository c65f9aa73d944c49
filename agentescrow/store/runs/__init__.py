"""Runs: tables, lists, totals and claim eligibility."""
