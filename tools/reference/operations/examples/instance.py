"""Examples of the instance: settings, domains, redirect URLs, templates and webhooks."""

# pyright: reportDeprecated=false

from __future__ import annotations

from clerkkit import Clerk


def get_instance(clerk: Clerk) -> None:
    instance = clerk.instance_settings.get()
    print(instance.id, instance.environment_type)


def update_instance(clerk: Clerk) -> None:
    clerk.instance_settings.update(support_email="support@example.com", allowed_origins=["https://app.example.com"])


def get_instance_communication(clerk: Clerk) -> None:
    communication = clerk.instance_settings.get_communication()
    print(communication.blocked_country_codes)


def update_instance_communication(clerk: Clerk) -> None:
    communication = clerk.instance_settings.update_communication(blocked_country_codes=["AQ"])
    print(communication.blocked_country_codes)


def get_instance_protect(clerk: Clerk) -> None:
    protect = clerk.instance_settings.get_protect()
    print(protect.rules_enabled)


def update_instance_protect(clerk: Clerk) -> None:
    protect = clerk.instance_settings.update_protect(rules_enabled=True)
    print(protect.rules_enabled)


def get_instance_oauth_application_settings(clerk: Clerk) -> None:
    settings = clerk.instance_settings.get_oauth_application_settings()
    print(settings.dynamic_oauth_client_registration)


def update_instance_oauth_application_settings(clerk: Clerk) -> None:
    settings = clerk.instance_settings.update_oauth_application_settings(dynamic_oauth_client_registration=True)
    print(settings.dynamic_oauth_client_registration)


def get_instance_organization_settings(clerk: Clerk) -> None:
    settings = clerk.instance_settings.get_organization_settings()
    print(settings.enabled, settings.max_allowed_memberships)


def update_instance_organization_settings(clerk: Clerk) -> None:
    settings = clerk.instance_settings.update_organization_settings(max_allowed_memberships=50, domains_enabled=True)
    print(settings.max_allowed_memberships)


def update_instance_restrictions(clerk: Clerk) -> None:
    restrictions = clerk.instance_settings.update_restrictions(allowlist=True, block_disposable_email_domains=True)
    print(restrictions.allowlist)


def change_production_instance_domain(clerk: Clerk) -> None:
    clerk.instance_settings.change_domain(home_url="https://app.example.com")


def update_instance_auth_config(clerk: Clerk) -> None:
    settings = clerk.beta_features.update_instance_settings(progressive_sign_up=True)
    print(settings.progressive_sign_up)


def update_production_instance_domain(clerk: Clerk) -> None:
    clerk.beta_features.update_production_instance_domain(home_url="https://app.example.com")


def add_domain(clerk: Clerk) -> None:
    domain = clerk.domains.add(name="shop.example", is_satellite=True)
    print(domain.name, domain.is_satellite)


def list_domains(clerk: Clerk) -> None:
    for domain in clerk.domains.list().data:
        print(domain.name, domain.is_satellite)


def update_domain(clerk: Clerk) -> None:
    domain = clerk.domains.update("dmn_satellite", name="shop.example")
    print(domain.name)


def delete_domain(clerk: Clerk) -> None:
    deleted = clerk.domains.delete("dmn_satellite")
    print(deleted.id, deleted.deleted)


def verify_domain_proxy(clerk: Clerk) -> None:
    check = clerk.proxy_checks.verify(domain_id="dmn_satellite", proxy_url="https://satellite.example/__clerk")
    print(check.successful)


def create_redirect_url(clerk: Clerk) -> None:
    redirect_url = clerk.redirect_urls.create(url="myapp://signed-in")
    print(redirect_url.url)


def get_redirect_url(clerk: Clerk) -> None:
    redirect_url = clerk.redirect_urls.get("ru_mobile")
    print(redirect_url.url)


def list_redirect_urls(clerk: Clerk) -> None:
    for redirect_url in clerk.redirect_urls.list():
        print(redirect_url.id, redirect_url.url)


def delete_redirect_url(clerk: Clerk) -> None:
    deleted = clerk.redirect_urls.delete("ru_mobile")
    print(deleted.id, deleted.deleted)


def get_template(clerk: Clerk) -> None:
    template = clerk.templates.get("email", "invitation")
    print(template.name, template.subject)


def list_templates(clerk: Clerk) -> None:
    for template in clerk.templates.list("sms"):
        print(template.slug, template.name)


def upsert_template(clerk: Clerk) -> None:
    template = clerk.templates.upsert(
        "email",
        "invitation",
        name="Invitation",
        subject="Join {{app.name}}",
        body="<p>Welcome: {{action_url}}</p>",
    )
    print(template.name, template.subject)


def preview_template(clerk: Clerk) -> None:
    preview = clerk.templates.preview(
        "email", "invitation", subject="Join {{app.name}}", body="<p>Welcome: {{action_url}}</p>"
    )
    print(preview["subject"])


def revert_template(clerk: Clerk) -> None:
    clerk.templates.upsert("email", "invitation", name="Invitation", subject="Join us", body="<p>{{action_url}}</p>")
    template = clerk.templates.revert("email", "invitation")
    print(template.subject)


def toggle_template_delivery(clerk: Clerk) -> None:
    template = clerk.templates.toggle_delivery("email", "invitation", delivered_by_clerk=False)
    print(template.delivered_by_clerk)


def create_svix_app(clerk: Clerk) -> None:
    clerk.webhooks.delete_svix_app()
    app = clerk.webhooks.create_svix_app()
    print(app.svix_url)


def generate_svix_auth_url(clerk: Clerk) -> None:
    app = clerk.webhooks.generate_svix_auth_url()
    print(app.svix_url)


def delete_svix_app(clerk: Clerk) -> None:
    clerk.webhooks.delete_svix_app()


def get_public_interstitial(clerk: Clerk, publishable_key: str) -> None:
    page = clerk.miscellaneous.get_public_interstitial(publishable_key=publishable_key)
    print(page[:15])
