"""What clients may do; each mutation calls the operation of the same name."""
