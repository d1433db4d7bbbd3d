"""The organisations of the coalition: who they are, what each agreed to show, and who joins, pauses and leaves."""
