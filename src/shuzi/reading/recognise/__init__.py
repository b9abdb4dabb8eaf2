"""Images and lines become probable digits and texts."""
