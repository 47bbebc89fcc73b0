"""The parts every page is built of, a module for each family: a page loads only those it shows."""
