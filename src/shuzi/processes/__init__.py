"""Start, feed, limit and kill child processes; only this package starts any."""
