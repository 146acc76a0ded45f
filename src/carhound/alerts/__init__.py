"""Alerting: the ledger of what was reported, and the ways to those who are told."""
