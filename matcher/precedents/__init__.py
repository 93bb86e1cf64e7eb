"""What was decided before, applied to what is judged now."""
