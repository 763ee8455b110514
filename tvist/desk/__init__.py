"""Each person's start page: the work that waits for them. It reads all and owns nothing."""
