"""Many training steps in one call, on TensorFlow or JAX."""
