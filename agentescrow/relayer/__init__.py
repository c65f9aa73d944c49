"""The relayer: accounts without ETH sign requests, it sends them with a funded key (RUN-19, API-4).

`admission` checks a request, simulates it and queues it; `sender` gives the queued ones nonces,
sends them, replaces what is stuck and says what became of them. Both share
`store.people.relays` and nothing else, so that they may run in one process or in several.
"""
