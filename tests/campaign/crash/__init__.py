"""Server and worker are killed at random moments, under load: nothing acknowledged is missing, nothing is half, no letter is sent twice by itself."""
