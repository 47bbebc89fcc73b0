"""The frame of pages and forms: where the window can go, what a card holds, how a form is filled in and saved."""
