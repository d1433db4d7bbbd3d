"""Write once, send in every language."""
