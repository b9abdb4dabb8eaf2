"""A recipe and a dataset become a run folder."""

import os

# otherwise TensorFlow's C++ start-up messages come before the first line of the training output
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
