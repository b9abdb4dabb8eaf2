"""Put a network into a QR code, rounded to 4 bits a weight, packed and drawn, and read it back."""
