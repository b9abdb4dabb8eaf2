"""Reading, training and serving on many machines, with Ray."""
