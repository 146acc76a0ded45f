"""Events as rendered XML."""
