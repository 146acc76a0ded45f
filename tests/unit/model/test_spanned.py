"""What counts when two parts of texts are compared."""
