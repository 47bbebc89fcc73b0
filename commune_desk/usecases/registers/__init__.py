"""A register from its beginning to its end: made, enrolled, opened by its officers, copied, removed."""
