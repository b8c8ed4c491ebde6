"""One file per real-world format, both ways: recognise, read, write."""
