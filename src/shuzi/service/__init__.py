"""The HTTP service: readings, models and trainings for programs, and the page for people, on one port."""
