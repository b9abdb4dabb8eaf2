"""A spec becomes a sheet to print; photographs of filled sheets, or of ruled tables, become a table."""
