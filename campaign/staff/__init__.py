"""Who runs the site: accounts, sign-in, sessions."""
