"""The tasks a network can learn, each with its examples, loss and metrics."""
