"""What is pruned, as values.

Block patterns, masks and plans; what a network costs, layer by layer; which filters each input channel is made of.
This room imports no other room.
"""
