"""Follow the victim's money tier by tier, and say how much of it is where."""
