"""JSON texts: the objects in them, and lines that need not be read."""
