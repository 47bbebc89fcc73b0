"""Vietnamese letters and texts: folded, sorted, searched, told from misreadings, brought over from old encodings."""
