"""Many steps in one call, by TensorFlow or JAX."""
