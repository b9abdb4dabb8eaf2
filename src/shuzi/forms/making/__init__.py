"""A spec becomes a sheet to print."""
