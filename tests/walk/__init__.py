"""Every endpoint, by everybody, in every state, with things of their own and of others."""
