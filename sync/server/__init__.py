"""The province: routes, store, administration."""
