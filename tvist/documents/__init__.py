"""Papers as bytes: kept encrypted, checked when they are uploaded, read back as text where that can be done."""
