"""The register as the sync session sees it: receipts, page heads, feeds, files; what it remembers of its rounds."""
