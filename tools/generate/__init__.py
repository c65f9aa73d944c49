"""Generate agentescrow/generated/ from the compiled contracts: ABIs, events and error messages.

python -m tools.generate            writes the files
python -m tools.generate --check    writes nothing, fails if a file is stale
"""
