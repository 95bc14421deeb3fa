"""What a trained network answers, and what the answers are worth.

`predict` and `measured` serve every task; `scores` is the accuracy of video classification.

Imports hosts and data.
"""
