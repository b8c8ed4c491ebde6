"""Values as they come from outside, one file per kind: parse, validate, normal form, masked form, specificity."""
