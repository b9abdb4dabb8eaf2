"""Start, feed, limit and kill child processes; nothing else in shuzi starts any."""
