"""The vault: master keys, sealed values and keyed hashes. Start reading in `keys`."""
