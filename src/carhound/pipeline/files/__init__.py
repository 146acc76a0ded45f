"""Evidence in files: cut into pieces, shared by processes, read once, what cannot match passed over."""
