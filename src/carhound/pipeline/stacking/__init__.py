"""`stack`: values counted while evidence is read."""
