"""A dataset becomes a run folder."""

import os

# TensorFlow's C++ start-up remarks would stand between a learner and the first line of the training
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
