"""The encrypted register; the only room with SQL of the client."""
