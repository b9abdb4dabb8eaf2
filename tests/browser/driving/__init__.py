"""A real service, a real browser and a pen to drive the page in tests and in the benchmark."""
