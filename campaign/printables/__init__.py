"""What is printed: posters in many languages, each with a code that tells where it hung."""
