"""Training runs in child processes, and their events."""
