"""What each `harmony` command does; the time, the user and the terminal enter here."""
