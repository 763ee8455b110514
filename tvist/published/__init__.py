"""What anybody may read without signing in: the register of published opinions, its feed, and the page that knows our files again."""
