"""Jobs as they happen: a hub reads PostgreSQL whenever Redis rings, and tells all who listen, by WebSocket or Server-Sent Events.

events.py  ──Redis──▶  hub  ◀──asks──  look (PostgreSQL)
                        │
          listener, listener, listener …  ──▶  a WebSocket, a stream, a request that waits
"""
