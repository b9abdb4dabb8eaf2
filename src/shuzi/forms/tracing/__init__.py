"""The picture of a blank form becomes a spec."""
