"""Commands that answer others: a browser and programs, or an assistant."""
