"""How one gets in: the listening process, its routes, who a caller is, how much may be asked; the courier too."""
