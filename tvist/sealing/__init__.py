"""The body's seal on its files (PAdES): the certificate, sealing, and telling whether a file is as we sealed it. Nobody else knows pyHanko."""
