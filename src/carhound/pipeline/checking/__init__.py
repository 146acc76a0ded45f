"""`check`: analytics held against their tests."""
