"""What is pruned, as values: block patterns, masks, plans; what a network costs and how its channels are wired.

Imports no other room.
"""
