"""Rewrites of plans, one a module: a plan in, a plan out, or what can be said of every event it matches."""
