"""Where work is done: the open register with its clock and officer, and what its lease and its line allow."""
