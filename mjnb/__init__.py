"""mjnb."""
