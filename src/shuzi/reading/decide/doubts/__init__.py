"""What makes a text doubtful that is probable in itself."""
