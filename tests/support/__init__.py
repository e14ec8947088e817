"""What the tests across the whole share: programs in the background, a hub with its first user, answers."""
