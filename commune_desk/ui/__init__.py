"""Qt only: pages, forms, widgets."""
