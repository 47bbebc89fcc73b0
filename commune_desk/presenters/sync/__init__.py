"""The sync page: what waits and what is proven, the courier's stick, files, the lease, conflicts to decide."""
