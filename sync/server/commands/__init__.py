"""The command line: its words, its options, and what each command does and prints."""
