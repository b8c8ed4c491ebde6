"""Which reports belong together, why, and why not."""
