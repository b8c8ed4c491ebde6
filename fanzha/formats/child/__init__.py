"""Programs that read hostile bytes: each runs alone in a process of its own and imports nothing of Fanzha."""
