"""The schemas of all responses, which drift reports compare with."""

from importlib import resources

datas = [(str(resources.files("clerk_bapi").joinpath("response_schemas.json")), "clerk_bapi")]
