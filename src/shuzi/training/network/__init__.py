"""A recipe becomes a Keras network with its augmentation, optimizer and learning rate schedule."""
