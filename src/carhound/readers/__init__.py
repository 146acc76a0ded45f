"""Bytes to raw events: `evidence` walks and opens, `detect` names the shape, one module reads each shape."""
