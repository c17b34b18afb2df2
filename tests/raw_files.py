"""What stands in the files of a folder, byte for byte."""
from pathlib import Path


def raw_files(folder):
    "[(path, content)] of all files under `folder`, read again where a database's log goes or comes meanwhile"
    listed = lambda: [p for p in sorted(Path(folder).rglob("*")) if p.is_file()]
    for _ in range(50):
        try: held = [(p, p.read_bytes()) for p in listed()]
        except FileNotFoundError: continue  # the last connection was closed: what the log held is in the database now
        if [p for p, _ in held] == listed(): return held
    raise AssertionError(f"the files of {folder} do not come to rest")


def raw_bytes(folder):
    "Everything that stands in the files of `folder`"
    return b"".join(content for _, content in raw_files(folder))
