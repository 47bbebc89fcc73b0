"""A desk's side of sync: transport and session."""
