"""A reading as people and programs see it: digits, marks, sentences, JSON, explanations."""
