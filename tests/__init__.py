"""The proof: tests beside stories and tools that only developers run."""
