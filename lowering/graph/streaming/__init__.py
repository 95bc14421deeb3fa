"""A traced network of clips as a network of a stream: what a few new frames change, and what is remembered of others.

Imports operations, ops and rewrites.
"""
