"""Archives and compressed files, unpacked as streams within limits."""
