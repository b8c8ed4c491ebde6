"""What a person reads, as data in and HTML out, in both languages."""
