"""What the tests of the sandbox share."""
