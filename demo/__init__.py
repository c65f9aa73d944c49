"""What `make demo` plays on a local chain: four stories, or the runs of a file.

For development: nothing in here is installed with the package. `python -m demo` starts quickest,
`ape run demo` is the same. Everybody acts through the SDK, beside indexer,
relayer and REST API.
"""
