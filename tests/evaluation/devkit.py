"""KITTI's evaluation a second time: the loops of its devkit (evaluate_object_3d_offline.cpp), step by step, slowly.

It shares nothing with rt3d_jax.evaluation.precision but the objects that it reads. Shared areas are those of one
rectangle that is cut by each side of the other (Sutherland and Hodgman, 1974).
"""

import functools
import math

LEAST_HEIGHT = {"easy": 40, "moderate": 25, "hard": 25}
MOST_OCCLUDED = {"easy": 0, "moderate": 1, "hard": 2}
MOST_TRUNCATED = {"easy": 0.15, "moderate": 0.3, "hard": 0.5}
LEAST_OVERLAP = {"Car": 0.7, "Pedestrian": 0.5, "Cyclist": 0.5}
NEIGHBOURS = {"Car": "Van", "Pedestrian": "Person_sitting", "Cyclist": None}
NONE = -10000000


def precisions(frames, name, level, metric):
    """The 41 values of eval_class, for frames of (objects, detections) as kitti.Objects. None without objects."""
    cleaned = [clean(objects, found, name, level) for objects, found in frames]
    count = sum(kinds.count(0) for kinds, _ in cleaned)
    if not count:
        return None
    scenes = [Scene(*frame, *kinds, name, metric) for frame, kinds in zip(frames, cleaned, strict=True)]
    scores = [score for scene in scenes for score in scene.statistics(None)[2]]
    values = [0.0] * 41
    for place, bound in enumerate(thresholds(scores, count)):
        right = sum(scene.statistics(bound)[0] for scene in scenes)
        wrong = sum(scene.statistics(bound)[1] for scene in scenes)
        values[place] = right / (right + wrong) if right + wrong else 0.0
    return [max(values[place:]) for place in range(41)]


def clean(objects, found, name, level):
    """cleanData: of objects and of detections, 0 what counts, 1 what is ignored, -1 what is of another class."""
    kinds = []
    for place, kind in enumerate(objects.types):
        height = objects.rectangles[place][3] - objects.rectangles[place][1]
        beyond = (
            objects.occluded[place] > MOST_OCCLUDED[level]
            or objects.truncated[place] > MOST_TRUNCATED[level]
            or height < LEAST_HEIGHT[level]
        )
        if kind == name:
            kinds.append(1 if beyond else 0)
        else:
            kinds.append(1 if kind == NEIGHBOURS[name] else -1)
    detected = []
    for place, kind in enumerate(found.types):
        height = int(abs(found.rectangles[place][1] - found.rectangles[place][3]))
        detected.append(1 if height < LEAST_HEIGHT[level] else 0 if kind == name else -1)
    return kinds, detected


def thresholds(scores, count):
    """getThresholds."""
    found, recall = [], 0.0
    ordered = sorted(scores, reverse=True)
    for place, score in enumerate(ordered):
        left = (place + 1) / count
        right = (place + 2) / count if place < len(ordered) - 1 else left
        if right - recall < recall - left and place < len(ordered) - 1:
            continue
        found.append(score)
        recall += 1 / 40
    return found


class Scene:
    """A frame for a class and a metric, whose overlaps are computed once."""

    def __init__(self, objects, found, kinds, detected, name, metric):
        self.objects, self.found, self.kinds, self.detected = objects, found, kinds, detected
        self.least, self.metric = LEAST_OVERLAP[name], metric
        self.overlap = functools.cache(self._overlap)

    def statistics(self, bound):
        """computeStatistics: (right, wrong, scores of the right ones). bound: the least score; first, it is None."""
        scores, taken, right, found = self.found.scores, [False] * len(self.found), 0, []
        low = [bound is not None and score < bound for score in scores]
        for number, kind in enumerate(self.kinds):
            if kind == -1:
                continue
            best, valid, most, ignored = -1, NONE, 0.0, False
            for place, state in enumerate(self.detected):
                if state == -1 or taken[place] or low[place]:
                    continue
                overlap = self.overlap(place, number)
                if bound is None and overlap > self.least and scores[place] > valid:
                    best, valid = place, scores[place]
                elif bound is not None and overlap > self.least and (overlap > most or ignored) and state == 0:
                    best, valid, most, ignored = place, 1, overlap, False
                elif bound is not None and overlap > self.least and valid == NONE and state == 1:
                    best, valid, ignored = place, 1, True
            if valid == NONE:
                continue
            taken[best] = True
            if kind == 0 and self.detected[best] == 0:
                right += 1
                found.append(scores[best])
        wrong = [p for p, state in enumerate(self.detected) if state == 0 and not taken[p] and not low[p]]
        return right, sum(not self._excused(place) for place in wrong), found

    def _excused(self, place):
        """Whether a detection lies in a region of which nobody knows. Only rectangles in the picture can."""
        if self.metric != "2D":
            return False
        for number, kind in enumerate(self.objects.types):
            if kind == "DontCare":
                one = self.found.rectangles[place]
                shared = upright(one, self.objects.rectangles[number])
                if shared / ((one[2] - one[0]) * (one[3] - one[1])) > self.least:
                    return True
        return False

    def _overlap(self, place, number):
        if self.metric == "2D":
            one, other = self.found.rectangles[place], self.objects.rectangles[number]
            shared = upright(one, other)
            sizes = [(each[2] - each[0]) * (each[3] - each[1]) for each in (one, other)]
            return shared / (sum(sizes) - shared)
        one, other = self.found.places[place], self.objects.places[number]
        shared = area(cut(corners(one), corners(other)))
        (width, length), (wide, long) = one[4:6], other[4:6]
        if self.metric == "BEV":
            return shared / (width * length + wide * long - shared)
        (low, height), (bottom, high) = (one[1], one[3]), (other[1], other[3])
        common = shared * max(0.0, min(low, bottom) - max(low - height, bottom - high))
        return common / (height * width * length + high * wide * long - common)


def upright(one, other):
    """The area that two rectangles of the picture share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, across) * max(0.0, down)


def corners(place):
    """toPolygon: the corners of an object from above, in the camera's x and z, in order."""
    x, _, z, _, width, length, turn = place
    found = []
    for ahead, aside in ((1, 1), (1, -1), (-1, -1), (-1, 1)):
        along, across = ahead * length / 2, aside * width / 2
        found.append(
            (x + math.cos(turn) * along + math.sin(turn) * across, z - math.sin(turn) * along + math.cos(turn) * across)
        )
    return found


def cut(polygon, by):
    """What of a polygon lies in a convex one."""
    if area(by) == 0:
        return []
    way = 1 if signed(by) > 0 else -1
    for (a, b), (c, d) in zip(by, by[1:] + by[:1], strict=True):
        side = lambda p, a=a, b=b, c=c, d=d: way * ((c - a) * (p[1] - b) - (d - b) * (p[0] - a))
        kept = []
        for one, after in zip(polygon, polygon[1:] + polygon[:1], strict=True):
            if side(one) >= 0:
                kept.append(one)
            if side(one) * side(after) < 0:
                share = side(one) / (side(one) - side(after))
                kept.append(tuple(p + share * (q - p) for p, q in zip(one, after, strict=True)))
        polygon = kept
    return polygon


def signed(polygon):
    """The area of a polygon, below zero for one that runs the other way."""
    turns = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    return sum(a * d - b * c for (a, b), (c, d) in turns) / 2


def area(polygon):
    """The area of a polygon."""
    return abs(signed(polygon))
