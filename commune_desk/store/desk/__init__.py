"""The register of this desk as a whole: opened with its threads, leased, copied to a backup, removed."""
