"""What builds and checks this repository; nothing in here is installed with the package."""
