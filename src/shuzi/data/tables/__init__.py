"""Read tables that people write with a spreadsheet or by hand."""
