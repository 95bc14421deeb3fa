"""What a command says of a stream before it is compiled."""

from lowering.graph.streaming import step


def lines(stream: step.Stream) -> list[str]:
    """How often it answers, what a step costs beside a clip, and what it computes whole."""
    frames = "frame" if stream.every == 1 else f"{stream.every} frames"
    share = stream.clip_macs / stream.macs if stream.macs else 1.0
    phases = f", a state for each phase of strides of {stream.stride}" if stream.every < stream.stride else ""
    said = [
        f"a stream that answers every {frames}{phases}: {stream.macs / 1e6:.1f} MMAC for an answer, {share:.2f}x fewer "
        f"than a clip of {stream.frames} frames; it has seen as many after {stream.warm_up} steps"
    ]
    if stream.whole:
        said.append(f"computed whole for each answer, from all frames of a clip: {', '.join(stream.whole)}")
    return said
