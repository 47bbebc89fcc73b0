"""Commune Desk: the offline-first register of a commune's child-protection officers and of the Sunshine House."""

__version__ = "0.1.0"
