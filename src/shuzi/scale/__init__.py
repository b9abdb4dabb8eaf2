"""Reading, sweeps and serving on many machines, with Ray."""
