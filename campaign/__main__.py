"""`python -m campaign` is the `campaign` command."""

from .cli import main

main()
