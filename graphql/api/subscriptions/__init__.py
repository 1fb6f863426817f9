"""What clients may watch."""
