"""Who the province is and whom it knows: store and keys, desks, scopes, places, and what it decided for all."""
