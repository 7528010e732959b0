"""format=flowed text put together again (RFC 3676)."""


def unflow(text: str, delsp: bool = False) -> str:
    """Join the soft-broken lines of paragraphs of equal quote depth; quote marks and the signature line stay."""
    out: list[str] = []
    joined: list[str] = []
    depth_before = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")  # space-stuffed
        soft = content.endswith(" ") and content != "-- "
        if joined and (depth != depth_before or content == "-- "):
            out.append(_line(depth_before, joined))
            joined = []
        joined.append(content[:-1] if soft and delsp else content)
        depth_before = depth
        if not soft:
            out.append(_line(depth, joined))
            joined = []
    if joined:
        out.append(_line(depth_before, joined))
    return "\n".join(out)


def _line(depth: int, pieces: list[str]) -> str:
    text = "".join(pieces)
    return f"{'>' * depth} {text}" if depth else text
