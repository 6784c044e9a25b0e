"""Include the emulator's contract in the packaged program."""

from importlib import resources

datas = [(str(resources.files("clerk_emulator").joinpath("contract.json")), "clerk_emulator")]
