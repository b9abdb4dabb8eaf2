"""What a network is to learn: its loss and its metrics."""
