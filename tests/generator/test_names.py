from __future__ import annotations

import pytest

from generator.contract import spelling


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("GetOAuthAccessToken", "get_oauth_access_token"),
        ("createM2MToken", "create_m2m_token"),
        ("ListRedirectURLs", "list_redirect_urls"),
        ("ListSCIMGroupRoleMappings", "list_scim_group_role_mappings"),
        ("UserWeb3WalletDelete", "user_web3_wallet_delete"),
        ("statementID", "statement_id"),
        ("x5t#S256", "x5t_s256"),
        ("Allow-list / Block-list", "allow_list_block_list"),
        ("from", "from_"),
        ("2fa", "field_2fa"),
    ],
)
def test_snake_converts_to_snake_case(name: str, expected: str) -> None:
    assert spelling.snake(name) == expected
    assert expected.isidentifier()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("JWKS.rsa.PublicKey", "JWKSRsaPublicKey"), ("createApiKey", "CreateApiKey"), ("_Response", "Response")],
)
def test_pascal_converts_to_pascal_case(name: str, expected: str) -> None:
    assert spelling.pascal(name) == expected


@pytest.mark.parametrize(
    ("many", "one"), [("mappings", "mapping"), ("directories", "directory"), ("class", "class"), ("data", "data")]
)
def test_singular_returns_the_singular(many: str, one: str) -> None:
    assert spelling.singular(many) == one
