"""The HTTP service: the API for reading, models and training, and the web page, on one port."""
