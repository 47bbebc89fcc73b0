"""Files of children: their content in pieces, how far each is on its way, and what a page shows of them."""
