"""The parts of reading a spec: what each key may hold, the rules between keys, and where a mistake is."""
