"""What people enter, made fit to be kept: dates and hours as they type them, ID numbers, a picture's bare bytes."""
