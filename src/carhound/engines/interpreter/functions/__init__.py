"""The functions of eval expressions over rows, a module for each family (`plan/functions.py` lists them)."""
