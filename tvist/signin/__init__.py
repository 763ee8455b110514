"""Signing in safely: the second step, the fresh proof, what one signs in with, and where one is signed in."""
