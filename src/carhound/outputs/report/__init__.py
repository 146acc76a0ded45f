"""The run as one HTML file that needs no network: `page` assembles it."""
