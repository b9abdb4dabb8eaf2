"""Whatever a person hands in becomes one grey array."""
