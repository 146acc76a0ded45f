"""Raw events to events with two views: native names, and the names of the CAR data model."""
