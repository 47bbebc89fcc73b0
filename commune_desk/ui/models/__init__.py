"""Models that hold ids and read rows in pages."""
