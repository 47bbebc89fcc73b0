"""What a record is: its fields and codes, its id, who may read and write it, what was changed; many, in batches."""
