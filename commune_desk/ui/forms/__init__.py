"""Forms: what an officer fills in and saves."""
