"""The cells of a sheet become texts that keep the rules of their fields, with statuses."""
