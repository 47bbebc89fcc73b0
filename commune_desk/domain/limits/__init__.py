"""Where something ends: the hours that law and rhythm leave, the lease of a desk, what goes with what is erased."""
