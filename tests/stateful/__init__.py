"""StakeRegistry and RunEscrow, driven at random beside their twin."""
