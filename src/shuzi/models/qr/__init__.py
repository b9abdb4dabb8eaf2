"""A whole network in one QR code: rounded to 4 bits a weight, packed, and drawn; and the way back."""
