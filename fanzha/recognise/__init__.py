"""What words and behaviour look like: kind of scam, tricks, lures, campaigns. It may abstain; it never decides."""
