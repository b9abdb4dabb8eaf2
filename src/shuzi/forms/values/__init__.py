"""What can be written in a field: values in parts, and values with check digits."""
