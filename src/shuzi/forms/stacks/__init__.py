"""Many pages in one go: blank ones are told apart, and each of those that come one after another counts once."""
