"""A list becomes records: read, compared with the register, brought in, taken back."""
