"""The register as the sync session sees it, and what it remembers of its rounds with the province."""
