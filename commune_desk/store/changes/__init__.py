"""Changes: numbered, signed and sealed, kept with their exact bytes, and who wrote which field of a row."""
