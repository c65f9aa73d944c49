"""The API's routes for runs."""
