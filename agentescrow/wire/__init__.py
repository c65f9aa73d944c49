"""The JSON of the REST API, both ways: what the server prints, the SDK parses (API-2, API-3).

Inside the package amounts are int base units and times int unix seconds; here they become decimal
strings and ISO 8601. Every shape is a pydantic model with snake_case names and camelCase keys.
"""
