"""A pattern that what is written fits: its automaton, the texts that fit it, and the reading that follows it."""
