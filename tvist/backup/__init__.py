"""A copy of everything in one sealed file, and the way back from it. Start reading in `taking`."""
