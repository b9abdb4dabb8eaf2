"""A recipe, seeds and settings become run folders and a report, trained by Ray Tune."""
