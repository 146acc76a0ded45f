"""`explain`: what analytics ask, and what they say of one event."""
