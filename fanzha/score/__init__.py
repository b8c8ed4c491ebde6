"""Score: how near the tables of a workspace come to the truth planted in a synthetic country."""
