"""A desk's side of sync: over a line (transport, channel, session), by courier, and while it is locked."""
