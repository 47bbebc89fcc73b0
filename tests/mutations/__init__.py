"""Faults that somebody might make in the sync, and the tests that must find each: `python3 desk.py mutate`."""
