"""Include the emulator's contract and the files of its pages in the packaged program."""

from importlib import resources

_PACKAGE = resources.files("clerk_emulator")
_FOLDERS = ("html/static", "html/templates", "dashboard/templates", "pages/templates")

datas = [
    (str(_PACKAGE.joinpath("contract.json")), "clerk_emulator"),
    *((str(_PACKAGE.joinpath(folder)), f"clerk_emulator/{folder}") for folder in _FOLDERS),
]
