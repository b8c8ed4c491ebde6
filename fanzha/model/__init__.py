"""What things mean, as data: records, vocabularies, and the words for them in English and Chinese."""
