"""Every test; a package of this name, because a dependency installs one of its own."""
