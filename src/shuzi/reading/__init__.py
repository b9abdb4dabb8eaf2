"""A picture and a model become a reading, without TensorFlow."""
