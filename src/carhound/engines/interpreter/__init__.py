"""The interpreter: plans in plain Python. The engine for files, and the oracle other engines are held to."""
