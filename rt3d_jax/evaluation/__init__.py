"""What a trained network answers, and scores of the answers.

Imports hosts and data.
"""
