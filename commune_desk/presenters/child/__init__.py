"""The register's list, those who came to it, the page of a child, and the forms that lead from it."""
