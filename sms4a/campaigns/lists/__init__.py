"""Lists: files read into rows, every row in one pile."""
