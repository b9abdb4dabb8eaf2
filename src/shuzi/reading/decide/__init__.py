"""The probable texts of a page become one text, with its status and confidence."""
