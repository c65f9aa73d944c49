"""API of the service itself: configuration, statistics, events, requests, health."""
