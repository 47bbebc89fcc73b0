"""Commune Desk: the offline-first register of a commune's child-protection officers and of the Sunshine House."""
