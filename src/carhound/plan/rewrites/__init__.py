"""Rewrites of plans, one a module: a plan in, a plan out."""
