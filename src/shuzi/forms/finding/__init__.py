"""A photograph becomes the cells of a sheet or of a ruled table, cut out upright and without printed lines."""
