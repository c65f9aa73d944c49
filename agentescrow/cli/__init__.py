"""The command line: one file a noun, or a process."""
