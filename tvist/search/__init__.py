"""Search: one tokeniser of our own and one index for both databases, in which words stand only as keyed hashes. Start reading in `index`."""
