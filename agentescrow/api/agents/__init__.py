"""The API's routes for agents and their stake."""
