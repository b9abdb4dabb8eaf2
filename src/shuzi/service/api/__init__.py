"""The resources of the API: readings, models and training runs, with their schema and documentation."""
