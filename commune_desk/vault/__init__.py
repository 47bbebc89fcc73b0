"""Keys: passphrase to slot to register key, recovery with the province, the keyfile that holds them."""
