"""The contract that the emulator answers by."""

from importlib import resources

datas = [(str(resources.files("clerk_emulator").joinpath("contract.json")), "clerk_emulator")]
