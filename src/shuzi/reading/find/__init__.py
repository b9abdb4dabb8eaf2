"""A page's ink becomes candidates for digits, and the lines that they stand on."""
