"""A recipe becomes a Keras network, with what changes images and weights while it learns."""
