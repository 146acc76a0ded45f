"""The run as one HTML file that needs no network: `page` assembles it, the other modules lay out its parts."""
