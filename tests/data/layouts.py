"""Small data sets in exactly the layouts of the large ones; every video is a copy of one given file."""

import csv
import itertools
import json
import pathlib
import shutil

UCF_CLASSES = ("ApplyEyeMakeup", "HandstandPushups")
HMDB_CLASSES = ("brush_hair", "sword_exercise")
KINETICS_CLASSES = ("air drumming", "massaging person's head")
TEMPLATES = ("Pushing [something] from left to right", "Pretending to put [something] on [something]")


# Of each class: the groups that test in split 1, 2 and 3; the others train. As in the archive, no group tests twice.
UCF_TESTS = (1, 8, 15)
# Of each class: what each source is in split 1, 2 and 3 (1 trains, 2 tests, 0 is not used).
HMDB_KINDS = {
    "April_09": (1, 2, 0),
    "Return_of_the_King_7": (1, 0, 2),
    "#437_How!": (2, 1, 1),
    "(1)_&_more": (0, 1, 1),
}


def ucf101(root: pathlib.Path, video: pathlib.Path) -> pathlib.Path:
    """Three groups of two classes in three splits, with the archive's line ends and a file named unlike its class."""
    texts = {"classInd.txt": "".join(f"{number} {label}\r\n" for number, label in enumerate(UCF_CLASSES, 1))}
    texts |= {f"{part}list{split:02}.txt": "" for part in ("train", "test") for split in (1, 2, 3)}
    for number, label in enumerate(UCF_CLASSES, 1):
        for group, clip in itertools.product(UCF_TESTS, (1, 2)):
            file = f"{label}/v_{label.replace('stand', 'Stand')}_g{group:02}_c{clip:02}.avi"
            _copy(video, root / "UCF-101" / file)
            for split, tests in enumerate(UCF_TESTS, 1):
                name = f"{'test' if group == tests else 'train'}list{split:02}.txt"
                texts[name] += f"{file}\r\n" if group == tests else f"{file} {number}\r\n"
    for name, text in texts.items():
        _write(root / "ucfTrainTestlist" / name, text)
    return root


def hmdb51(root: pathlib.Path, video: pathlib.Path) -> pathlib.Path:
    """Four sources for each of two classes, two of which train in each split, one tests, one is not used; a space ends
    each line.
    """
    for label in HMDB_CLASSES:
        names = {f"{source}_{label}_u_nm_np10_ba_goo_{clip}.avi": source for source in HMDB_KINDS for clip in (0, 1)}
        for name in names:
            _copy(video, root / "hmdb51_org" / label / name)
        for split in (1, 2, 3):
            lines = [f"{name} {HMDB_KINDS[source][split - 1]} \n" for name, source in names.items()]
            _write(root / f"testTrainMulti_7030_splits/{label}_test_split{split}.txt", "".join(lines))
    return root


KINETICS_ROWS = {
    "train": [(0, "-3B32lodo2M", 59), (0, "_dbcJuKJQNs", 40), (1, "aaaaaaaaaa1", 0), (1, "aaaaaaaaaa2", 7)],
    "val": [(0, "bbbbbbbbbb1", 1), (1, "bbbbbbbbbb2", 110)],
}
# Where each of the usual layouts puts a video of (part, label, name).
KINETICS_LAYOUTS = {
    "classes": "{label}/{name}.mp4",
    "flat": "{part}/{name}.mp4",
    "parts": "{part}/{label}/{name}.mp4",
    "arranged": "videos/{part}/{label}/{name}.mp4",
    "ids": "{part}/{id}.mp4",
}


def kinetics(
    root: pathlib.Path,
    video: pathlib.Path,
    layout: str = "parts",
    lists: str = "annotations",
    names: tuple[str, str] = ("train.csv", "val.csv"),
    columns: tuple[str, ...] = ("label", "youtube_id", "time_start", "time_end", "split", "is_cc"),
) -> pathlib.Path:
    """Four videos to train on and two to validate, their lists called `names`."""
    for (part, rows), list_ in zip(KINETICS_ROWS.items(), names, strict=True):
        path = root / lists / list_
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            for number, identity, start in rows:
                label = KINETICS_CLASSES[number]
                times = {"time_start": start, "time_end": start + 10}
                writer.writerow({"label": label, "youtube_id": identity, **times, "split": part, "is_cc": 0})
                name = f"{identity}_{start:06}_{start + 10:06}"
                place = KINETICS_LAYOUTS[layout].format(part=part, label=label, name=name, id=identity)
                _copy(video, root / place)
    return root


def something(root: pathlib.Path, video: pathlib.Path) -> pathlib.Path:
    """Four videos to train on, two to validate and one of the secret test part."""
    plain = [template.replace("[", "").replace("]", "") for template in TEMPLATES]
    numbers = {plain[1]: "0", plain[0]: "1"}
    parts = {"train": [("1", 0), ("2", 1), ("30", 0), ("31", 1)], "validation": [("4", 0), ("5", 1)]}
    _write(root / "something-something-v2-labels.json", json.dumps(numbers))
    for part, rows in parts.items():
        items = [
            {"id": i, "label": "pushing a cup", "template": TEMPLATES[t], "placeholders": ["a cup"]} for i, t in rows
        ]
        _write(root / f"something-something-v2-{part}.json", json.dumps(items))
    for identity in ("1", "2", "30", "31", "4", "5", "6"):
        _copy(video, root / "20bn-something-something-v2" / f"{identity}.webm")
    return root


def classes(root: pathlib.Path, video: pathlib.Path, parts: tuple[str, ...] = ()) -> pathlib.Path:
    """Two classes of five videos, or of five in each of `parts`."""
    for part in parts or (".",):
        for label in ("cat", "dog"):
            for number in range(5):
                _copy(video, root / part / label / f"{part.strip('.')}{number}.mp4")
    return root


# One digit for each frame: drowsy from the seventh on; at night the other way around.
DIGITS = "0" * 6 + "1" * 4
SIGNS = ("drowsiness", "head", "eye", "mouth")


def nthu(
    root: pathlib.Path,
    video: pathlib.Path,
    home: str = "Training_Evaluation_Dataset",
    parts: tuple[str, str] = ("Training Dataset", "Evaluation Dataset"),
    digits: str = DIGITS,
) -> pathlib.Path:
    """Two drivers to train on, one to evaluate and one to test, as the two archives unpack."""
    training, evaluation = (root / home / part for part in parts)
    turned = {"glasses": digits, "night_noglasses": digits[::-1]}
    for subject, scenario in itertools.product(("001", "002"), ("glasses", "night_noglasses")):
        _copy(video, training / subject / scenario / "yawning.avi")
        for signs in SIGNS:
            _write(training / subject / scenario / f"{subject}_yawning_{signs}.txt", turned[scenario])
    for scenario, written in (("glasses", "glasses"), ("nightnoglasses", "night_noglasses")):
        _copy(video, evaluation / "004" / f"004_{scenario}_mix.mp4")
        for signs in SIGNS:
            _write(evaluation / "004" / f"004_{written}_mixing_{signs}.txt", turned[written])
        _copy(video, root / "Testing_Dataset" / f"003_{scenario}_mix.mp4")
        _write(root / "Testing_Dataset/test_label_txt/wh" / f"003_{written}_mixing_drowsiness.txt", turned[written])
    return root


MAKERS = {
    "ucf101": ucf101,
    "hmdb51": hmdb51,
    "kinetics": kinetics,
    "something": something,
    "nthu": nthu,
    "classes": classes,
}


def _copy(video: pathlib.Path, path: pathlib.Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(video, path)


def _write(path: pathlib.Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
