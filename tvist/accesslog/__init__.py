"""Who opened what, also denied (rule 44); written in its own short transaction."""
