import { email, get, post, remove, unique } from '../api.mjs';

const created = async (path, body) => (await post(path, body)).id;
const invitation = () => created('/invitations', { email_address: email() });
const entry = () => created('/waitlist_entries', { email_address: email() });
const domain = () => created('/domains', { name: unique('sat', '.js.dev'), is_satellite: true });
const redirectUrl = () => created('/redirect_urls', { url: unique('https://js.dev/') });

async function svixApp(exists) {
  await post('/webhooks/svix').catch(() => {}); // it may exist
  if (!exists) await remove('/webhooks/svix');
  return [];
}

const identifiers = (group, kind) => ({
  [`${group}.create${kind}Identifier`]: () => [{ identifier: email(), ...(kind === 'Allowlist' && { notify: true }) }],
  [`${group}.get${kind}IdentifierList`]: () => [],
  [`${group}.delete${kind}Identifier`]: async () => [
    await created(`/${kind.toLowerCase()}_identifiers`, { identifier: email() }),
  ],
});

export default {
  ...identifiers('allowlistIdentifiers', 'Allowlist'),
  ...identifiers('blocklistIdentifiers', 'Blocklist'),
  'invitations.createInvitation': () => [{ emailAddress: email(), publicMetadata: { plan: 'pro' } }],
  'invitations.createInvitationBulk': () => [[{ emailAddress: email() }, { emailAddress: email() }]],
  'invitations.getInvitationList': () => [{ status: 'pending' }],
  'invitations.revokeInvitation': async () => [await invitation()],
  'invitations.deleteInvitation': async () => [await invitation()],
  'waitlistEntries.create': () => [{ emailAddress: email() }],
  'waitlistEntries.createBulk': () => [[{ emailAddress: email() }, { emailAddress: email() }]],
  'waitlistEntries.list': () => [{ limit: 5 }],
  'waitlistEntries.invite': async () => [await entry()],
  'waitlistEntries.reject': async () => [await entry()],
  'waitlistEntries.delete': async () => [await entry()],
  'redirectUrls.createRedirectUrl': () => [{ url: unique('https://js.dev/') }],
  'redirectUrls.getRedirectUrl': async () => [await redirectUrl()],
  'redirectUrls.getRedirectUrlList': () => [],
  'redirectUrls.deleteRedirectUrl': async () => [await redirectUrl()],
  'domains.add': () => [{ name: unique('sat', '.js.dev'), isSatellite: true }],
  'domains.list': () => [],
  'domains.update': async () => [{ domainId: await domain(), name: unique('sat', '.js.dev') }],
  'domains.delete': async () => [await domain()],
  'domains.deleteDomain': async () => [await domain()],
  'instance.get': () => [],
  'instance.update': () => [{ testMode: true }],
  'instance.updateRestrictions': () => [{ blockEmailSubaddresses: false }],
  'instance.getOrganizationSettings': () => [],
  'instance.updateOrganizationSettings': () => [{ enabled: true }],
  'betaFeatures.changeDomain': () => [{ homeUrl: 'https://example.com' }],
  'proxyChecks.verify': async () => {
    const { data: [primary] } = await get('/domains');
    return [{ domainId: primary.id, proxyUrl: 'https://example.com/__clerk' }];
  },
  'webhooks.createSvixApp': () => svixApp(false),
  'webhooks.generateSvixAuthURL': () => svixApp(true),
  'webhooks.deleteSvixApp': () => svixApp(true),
  'emails.create': () => [
    { to: { address: email() }, from: { address: 'support@example.com' }, subject: 'Receipt', text: 'Thank you.' },
  ],
  'emails.createBatch': () => [
    [{ to: { address: email() }, from: { address: 'support@example.com' }, subject: 'Receipt', text: 'Thank you.' }],
  ],
  'emails.get': () => ['email_1'],
  '__experimental_accountlessApplications.createAccountlessApplication': () => [],
  '__experimental_accountlessApplications.completeAccountlessApplicationOnboarding': () => [],
};
