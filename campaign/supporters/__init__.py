"""People: one record per mailbox, what they agreed to, what is kept about them and how long."""
