"""The roles of a PostgreSQL store where nobody names others. No library is needed to know them."""

from __future__ import annotations

OWNER = "commune_desk_owner"
"""Owns the tables."""
APP = "commune_desk"
"""Serves, and owns nothing."""
