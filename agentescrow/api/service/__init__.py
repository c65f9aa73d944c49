"""The API's routes about the service itself: health, configuration, statistics, requests."""
