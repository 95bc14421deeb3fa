"""The search for a network that keeps a bound on latency: what is chosen (`spaces`), who proposes (`proposers`), and
the stages told in order (`stages`). How long a network takes is asked of a `limits.Meter`; the room measures nothing.

Imports all rooms above it.
"""
