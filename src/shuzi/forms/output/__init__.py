"""A table becomes a file: CSV, XLSX or JSON."""
