"""What travels between desks and the province, how it is signed and sealed, and who wins."""
