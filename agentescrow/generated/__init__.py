"""ABIs, event classes and error messages of the contracts.

Generated from the compiled contracts by `python -m tools.generate`; do not edit.
"""
