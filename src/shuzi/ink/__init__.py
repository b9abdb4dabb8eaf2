"""A grey picture becomes an ink map, and ink becomes 28x28 digits like those of MNIST."""
