"""carhound runs MITRE CAR analytics, as published, over Windows endpoint telemetry."""
