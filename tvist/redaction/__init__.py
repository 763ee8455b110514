"""Papers that must be given out: pages become images with boxes burnt in, and no text is left."""
