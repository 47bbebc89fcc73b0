"""What a record is: its fields and codes, its id, who may read and write it, and what of it was changed."""
