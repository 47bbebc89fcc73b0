"""The story of the first release, played with real processes and real widgets: `python -m tests.story --out DIR`."""
