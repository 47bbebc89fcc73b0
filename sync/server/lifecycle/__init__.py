"""What befalls a province as a whole: founding, backups, another store, erasure by law, and where all of it stands."""
