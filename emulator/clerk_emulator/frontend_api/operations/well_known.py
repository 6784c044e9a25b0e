"""The documents that clients of the authorization server read."""

from __future__ import annotations

from clerk_emulator.domain.oauth import metadata
from clerk_emulator.frontend_api.call import BrowserCall
from clerk_emulator.frontend_api.registry import frontend_operation
from clerk_emulator.json_types import Json


@frontend_operation("getOAuth2AuthorizationServerMetadata", anonymous=True, public=True)
def get_authorization_server_metadata(call: BrowserCall) -> Json:
    return metadata.authorization_server(call.store, call.cause.origin)


@frontend_operation("getOpenIDConfiguration", anonymous=True, public=True)
def get_openid_configuration(call: BrowserCall) -> Json:
    return metadata.openid_configuration(call.store, call.cause.origin)
