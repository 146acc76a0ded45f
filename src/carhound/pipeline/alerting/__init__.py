"""`watch` and `accept`: what is new, what was reported, and what nobody wants to be told of again."""
