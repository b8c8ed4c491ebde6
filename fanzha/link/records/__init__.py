"""Which records are the same person, organisation or payment: Fellegi-Sunter weights, learned without labels."""
