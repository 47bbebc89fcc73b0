"""Words that pages have in common: labels, clocks, what was erased, sealed or saved."""
