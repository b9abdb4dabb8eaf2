"""Ink and a model become a reading. TensorFlow is never needed here."""
