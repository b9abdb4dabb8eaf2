"""A real service, a real browser and a pen: what drives the page, for its tests and for its benchmark."""
