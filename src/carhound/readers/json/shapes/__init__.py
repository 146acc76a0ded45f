"""The shapes that exporters give events in JSON: a module for each, and the order in which they are tried."""
