"""Splunk's search language: text to a syntax tree to the plan."""
