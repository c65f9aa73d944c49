"""Projections: what each event means for rows, one module a contract or noun.

A function of these modules registers itself for one kind of event with `registry.projects`.
"""
