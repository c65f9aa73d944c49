"""One file a noun: parse, call, shape."""
