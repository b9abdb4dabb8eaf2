"""Many pictures are read by several processes."""
