"""Include the schemas of all responses, which drift detection needs, in the packaged program."""

from importlib import resources

datas = [(str(resources.files("clerk_bapi").joinpath("response_schemas.json")), "clerk_bapi")]
