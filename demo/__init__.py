"""What `make demo` plays on a local chain: four stories, or the runs of a file.

For development: nothing in here is installed with the package. `python -m demo` starts quickest,
`ape run demo` is the same. The contracts are used through `agentescrow.chain` alone, as users do.
"""
