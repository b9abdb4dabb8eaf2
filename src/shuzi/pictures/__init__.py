"""Anything a user passes in as a picture becomes one grey array."""
