"""Pruning: penalties that empty blocks, hard pruning to a MAC budget, and keeping pruned weights at zero."""
