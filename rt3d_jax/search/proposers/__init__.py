"""What is tried before anybody learns (`starts`), who proposes points, each a pure function of what was told
(`points.Proposer`), and who picks one of the proposals (`predictors`). Imports `points` alone.
"""
