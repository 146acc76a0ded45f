"""The processes around findings, for which evidence is asked again."""
