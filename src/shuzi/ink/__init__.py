"""A grey picture becomes ink, and ink a 28x28 digit like those of MNIST."""
