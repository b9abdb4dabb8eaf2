"""Commands that serve others: browsers and programs, or an assistant."""
