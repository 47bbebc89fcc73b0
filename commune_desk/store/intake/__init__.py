"""What the province says becomes rows: changes, standing lines, conflicts, departures and erasures."""
