"""The run made into text: a page for people, and one versioned shape per machine format."""
