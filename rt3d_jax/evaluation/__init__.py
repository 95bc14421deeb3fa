"""What a trained network answers, and what the answers are worth: predict for any task, measured for any score, scores for
the accuracy of video classification.

Imports hosts and data.
"""
