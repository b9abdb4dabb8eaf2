"""The resources of the API: readings, models and trainings, with their schema and documentation."""
