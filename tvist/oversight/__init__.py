"""Who watches: the access log sealed and kept, what is unusual in it, who saw what, and how long anything is kept (rules 42-44)."""
