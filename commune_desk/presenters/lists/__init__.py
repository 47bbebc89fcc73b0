"""Bringing in a list: its columns, its rows, the steps of the page."""
