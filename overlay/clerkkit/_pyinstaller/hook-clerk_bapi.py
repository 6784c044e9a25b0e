"""The schemas of all responses, which drift reports compare with."""

from importlib import resources

datas = [(str(resources.files("clerk_bapi").joinpath("answers.json")), "clerk_bapi")]
