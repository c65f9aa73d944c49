"""API of runs: routes, writes, serializers."""
