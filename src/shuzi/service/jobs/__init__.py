"""A training in a child process, and its events."""
