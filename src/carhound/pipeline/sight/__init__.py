"""`visibility`: what the logs of each host could show."""
