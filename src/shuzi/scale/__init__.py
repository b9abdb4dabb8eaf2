"""The same verbs on many machines, with Ray."""
