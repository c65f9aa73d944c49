"""Play runs on a local chain for `make demo`: four stories, or the runs of a file.

For development: not installed with the package. `python -m demo` starts fastest; `ape run demo` is
the same. Everybody acts through the SDK, next to indexer, relayer and REST API.
"""
