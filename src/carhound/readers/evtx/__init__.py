"""EVTX: the binary log files of Windows, from their chunks to events."""
