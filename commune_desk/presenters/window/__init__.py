"""Around the pages: before a register is open, while it is locked, the window's own words, settings."""
