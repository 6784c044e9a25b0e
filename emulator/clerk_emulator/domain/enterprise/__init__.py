"""Enterprise connections, the accounts of users that sign in through them, and directories that provision users."""
