"""The page for people, block by block; `outputs.table` puts the blocks in order."""
