// Calls the emulator with @clerk/backend, each method as its users do, and prints what came of each as JSON.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { origin, secretKey, publishableKey, known, packages } = JSON.parse(readFileSync(0, 'utf8'));
const resolve = createRequire(`${packages}/package.json`).resolve;
const { createClerkClient, verifyToken } = await import(pathToFileURL(resolve('@clerk/backend')));
const options = { secretKey, publishableKey, apiUrl: origin, telemetry: { disabled: true } };
const clerk = createClerkClient(options);
const outcomes = {};

async function tell(name, work) {
  try {
    const result = await work();
    outcomes[name] ??= null;
    return result;
  } catch (error) {
    outcomes[name] = [error.status, error.errors?.map(one => one.code), error.message].join(' ');
    return {};
  }
}
const call = (name, ...given) => {
  const [group, method] = name.split('.');
  return tell(name, () => clerk[group][method](...given));
};
const check = (name, work) =>
  tell(name, async () => {
    const found = await work();
    if (found !== true) throw new Error(`is ${JSON.stringify(found)}`);
  });

// Users, and what belongs to them
const user = await call('users.createUser', {
  emailAddress: ['js@example.com'], phoneNumber: ['+15555550111'], username: 'js_user', password: 'correct horse battery',
  totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', backupCodes: ['12345678'], web3Wallet: ['0x' + 'cd'.repeat(20)],
});
const other = await call('users.createUser', { emailAddress: ['js2@example.com'] });
await call('users.getUserList', { limit: 10, emailAddress: ['js@example.com'] });
await call('users.getCount');
await call('users.updateUser', user.id, { firstName: 'Ada', createOrganizationsLimit: 3 });
await call('users.updateUserMetadata', user.id, { publicMetadata: { a: 1 } });
await call('users.replaceUserMetadata', user.id, { privateMetadata: null, publicMetadata: { b: 2 } });
const image = new Blob([Buffer.from('89504e470d0a1a0a', 'hex')], { type: 'image/png' });
await call('users.updateUserProfileImage', user.id, { file: image });
await call('users.deleteUserProfileImage', user.id);
await call('users.verifyPassword', { userId: user.id, password: 'correct horse battery' });
await call('users.verifyTOTP', { userId: user.id, code: '12345678' });
for (const method of ['banUser', 'unbanUser', 'lockUser', 'unlockUser']) await call(`users.${method}`, other.id);
for (const method of ['setPasswordCompromised', 'unsetPasswordCompromised', 'removePassword', 'deleteUserTOTP'])
  await call(`users.${method}`, user.id);
await call('users.updateUser', user.id, { backupCodes: ['87654321'] });
await call('users.deleteUserBackupCodes', user.id);
await call('users.disableUserMFA', user.id);
await call('users.deleteUserWeb3Wallet', { userId: user.id, web3WalletIdentificationId: user.web3Wallets?.[0]?.id });
await call('users.replaceUserEmailAddress', other.id, { emailAddress: 'js3@example.com' });
await call('users.replaceUserPhoneNumber', other.id, { phoneNumber: '+15555550112' });
const account = (await call('users.getUser', known.user)).externalAccounts?.[0];
await check('verification.expireAt of a connected account is a number', async () => account.verification.expireAt > 1e12);
await call('users.getUserOauthAccessToken', known.user, 'google');
await call('users.deleteUserPasskey', { userId: known.user, passkeyIdentificationId: known.passkey });
await call('users.deleteUserExternalAccount', { userId: known.user, externalAccountId: account?.id });
const email = await call('emailAddresses.createEmailAddress', { userId: user.id, emailAddress: 'js4@example.com' });
await call('emailAddresses.getEmailAddress', email.id);
await call('emailAddresses.updateEmailAddress', email.id, { verified: true });
await call('emailAddresses.deleteEmailAddress', email.id);
const phone = await call('phoneNumbers.createPhoneNumber', { userId: user.id, phoneNumber: '+15555550113' });
await call('phoneNumbers.getPhoneNumber', phone.id);
await call('phoneNumbers.updatePhoneNumber', phone.id, { verified: true });
await call('phoneNumbers.deletePhoneNumber', phone.id);

// Sessions, clients, tokens
const session = await call('sessions.createSession', { userId: user.id });
await call('sessions.getSessionList', { userId: user.id });
await call('sessions.getSession', session.id);
const token = await call('sessions.getToken', session.id);
await check('verifyToken', async () => (await verifyToken(token.jwt, options)).sid === session.id);
await call('sessions.refreshSession', known.session, known.refresh);
await call('clients.getClient', session.clientId);
await call('clients.verifyClient', known.clientToken);
await call('clients.getHandshakePayload', { nonce: known.nonce });
await check('authenticateRequest with a handshake nonce', async () => {
  const url = `http://localhost:3000/?__clerk_handshake_nonce=${known.nonce}`;
  const state = await clerk.authenticateRequest(new Request(url, { headers: { 'Sec-Fetch-Dest': 'document' } }));
  return (state.status === 'signed-in' && state.toAuth().sessionId === known.session) || state.reason || state.status;
});
await call('sessions.revokeSession', session.id);
await call('jwks.getJwks');
await call('testingTokens.createTestingToken');
const signIn = await call('signInTokens.createSignInToken', { userId: user.id, expiresInSeconds: 60 });
await call('signInTokens.revokeSignInToken', signIn.id);
const actor = await call('actorTokens.create', { userId: user.id, actor: { sub: other.id }, expiresInSeconds: 60 });
await call('actorTokens.revoke', actor.id);
const task = await call('agentTasks.create', {
  onBehalfOf: { userId: user.id }, permissions: '*', agentName: 'Agent', taskDescription: 'Task', redirectUrl: 'https://x.dev/',
});
await call('agentTasks.revoke', task.agentTaskId ?? task.taskId);
const template = await call('jwtTemplates.create', { name: 'js', claims: { a: '{{user.id}}' } });
await call('jwtTemplates.list');
await call('jwtTemplates.get', template.id);
await call('jwtTemplates.update', { templateId: template.id, name: 'js', claims: { a: 2 } });
await call('jwtTemplates.delete', template.id);

// Machines, API keys, OAuth: Clerk's SDK calls these without /v1
const machine = await call('machines.create', { name: 'one' });
const second = await call('machines.create', { name: 'two' });
await call('machines.list');
await call('machines.get', machine.id);
await call('machines.update', { machineId: machine.id, name: 'uno' });
await call('machines.createScope', machine.id, second.id);
const { secret: machineSecretKey } = await call('machines.getSecretKey', machine.id);
const m2m = await call('m2m.createToken', { machineSecretKey, secondsUntilExpiration: 60 });
await call('m2m.list', { machineSecretKey, subject: machine.id });
await call('m2m.verify', { token: m2m.token });
await call('m2m.revokeToken', { machineSecretKey, m2mTokenId: m2m.id });
await call('machines.deleteScope', machine.id, second.id);
await call('machines.rotateSecretKey', { machineId: machine.id, previousTokenTtl: 0 });
await call('machines.delete', second.id);
const key = await call('apiKeys.create', { name: 'js key', subject: user.id });
await call('apiKeys.list', { subject: user.id });
await call('apiKeys.get', key.id);
await call('apiKeys.update', { apiKeyId: key.id, subject: user.id, description: 'd' });
await call('apiKeys.getSecret', key.id);
await call('apiKeys.verify', key.secret);
await check('authenticateRequest with an API key', async () => {
  const request = new Request('http://localhost:3000/', { headers: { Authorization: `Bearer ${key.secret}` } });
  const state = await clerk.authenticateRequest(request, { acceptsToken: 'api_key' });
  return (state.isAuthenticated && state.toAuth().userId === user.id) || state.reason;
});
await call('apiKeys.revoke', { apiKeyId: key.id });
await call('apiKeys.delete', key.id);
await call('idPOAuthAccessToken.verify', known.oauthToken);
const application = await call('oauthApplications.create', { name: 'js', redirectUris: ['https://x.dev/cb'] });
await call('oauthApplications.list');
await call('oauthApplications.get', application.id);
await call('oauthApplications.update', { oauthApplicationId: application.id, name: 'js2' });
await call('oauthApplications.rotateSecret', application.id);
await call('oauthApplications.revokeToken', { oauthApplicationId: known.application, token: known.oauthToken });
await call('oauthApplications.delete', application.id);

// Organizations
const permission = await call('organizationPermissions.createOrganizationPermission', { name: 'P', key: 'org:js:read' });
await call('organizationPermissions.getOrganizationPermissionList');
await call('organizationPermissions.getOrganizationPermission', permission.id);
await call('organizationPermissions.updateOrganizationPermission', { permissionId: permission.id, name: 'Q' });
const role = await call('organizationRoles.createOrganizationRole', { name: 'R', key: 'org:js_role' });
const roleOf = { organizationRoleId: role.id, permissionId: permission.id };
await call('organizationRoles.getOrganizationRoleList');
await call('organizationRoles.getOrganizationRole', role.id);
await call('organizationRoles.updateOrganizationRole', { organizationRoleId: role.id, name: 'S' });
await call('organizationRoles.assignPermissionToOrganizationRole', roleOf);
await call('organizationRoles.removePermissionFromOrganizationRole', roleOf);
const organization = await call('organizations.createOrganization', { name: 'JS', slug: 'js', createdBy: user.id });
const organizationId = organization.id;
await call('organizations.getOrganizationList', { limit: 5 });
await call('organizations.getOrganization', { slug: 'js' });
await call('organizations.updateOrganization', organizationId, { name: 'JS2' });
await call('organizations.updateOrganizationMetadata', organizationId, { publicMetadata: { a: 1 } });
await call('organizations.replaceOrganizationMetadata', organizationId, { publicMetadata: {} });
await call('organizations.updateOrganizationLogo', organizationId, { file: image, uploaderUserId: user.id });
await call('organizations.deleteOrganizationLogo', organizationId);
const member = { organizationId, userId: other.id };
await call('organizations.createOrganizationMembership', { ...member, role: 'org:member' });
await call('organizations.getOrganizationMembershipList', { organizationId });
await call('organizations.getInstanceOrganizationMembershipList', {});
await call('organizations.updateOrganizationMembership', { ...member, role: 'org:admin' });
await call('organizations.updateOrganizationMembershipMetadata', { ...member, publicMetadata: { a: 1 } });
await call('users.getOrganizationMembershipList', { userId: other.id });
await call('organizations.deleteOrganizationMembership', member);
const invited = { organizationId, emailAddress: 'i@example.com', role: 'org:member', inviterUserId: user.id };
const invitation = await call('organizations.createOrganizationInvitation', invited);
await call('organizations.createOrganizationInvitationBulk', organizationId, [
  { emailAddress: 'i2@example.com', role: 'org:member', inviterUserId: user.id },
]);
await call('organizations.getOrganizationInvitationList', { organizationId });
await call('organizations.getOrganizationInvitation', { organizationId, invitationId: invitation.id });
await call('users.getOrganizationInvitationList', { userId: user.id });
const revoked = { organizationId, invitationId: invitation.id, requestingUserId: user.id };
await call('organizations.revokeOrganizationInvitation', revoked);
const domainParams = { organizationId, name: 'js.dev', enrollmentMode: 'manual_invitation', verified: true };
const domain = await call('organizations.createOrganizationDomain', domainParams);
await call('organizations.getOrganizationDomainList', { organizationId });
await call('organizations.updateOrganizationDomain', {
  organizationId, domainId: domain.id, enrollmentMode: 'automatic_invitation',
});
await call('organizations.deleteOrganizationDomain', { organizationId, domainId: domain.id });
const set = await call('roleSets.createRoleSet', {
  name: 'Set', key: 'role_set:js', defaultRoleKey: 'org:member', creatorRoleKey: 'org:admin', roles: ['org:admin', 'org:member'],
});
await call('roleSets.getRoleSetList');
await call('roleSets.getRoleSet', 'role_set:js');
await call('roleSets.updateRoleSet', { roleSetKeyOrId: set.id, name: 'Set 2' });
await call('roleSets.addRolesToRoleSet', { roleSetKeyOrId: set.id, roleKeys: ['org:js_role'] });
await call('roleSets.replaceRoleInRoleSet', { roleSetKeyOrId: set.id, roleKey: 'org:js_role', toRoleKey: 'org:member' });
await call('roleSets.replaceRoleSet', { roleSetKeyOrId: set.id, destRoleSetKey: 'role_set:default' });
await call('organizationRoles.deleteOrganizationRole', role.id);
await call('organizationPermissions.deleteOrganizationPermission', permission.id);
await call('organizations.deleteOrganization', organizationId);

// The instance
for (const kind of ['Allowlist', 'Blocklist']) {
  const group = `${kind.toLowerCase()}Identifiers`;
  const made = await call(`${group}.create${kind}Identifier`, { identifier: 'listed@example.com', notify: kind === 'Allowlist' || undefined });
  await call(`${group}.get${kind}IdentifierList`);
  await call(`${group}.delete${kind}Identifier`, made.id);
}
const invite = await call('invitations.createInvitation', { emailAddress: 'inv@example.com' });
await call('invitations.createInvitationBulk', [{ emailAddress: 'inv2@example.com' }]);
await call('invitations.getInvitationList', { status: 'pending' });
await call('invitations.revokeInvitation', invite.id);
const entry = await call('waitlistEntries.create', { emailAddress: 'w@example.com' });
const [bulk] = await call('waitlistEntries.createBulk', [{ emailAddress: 'w2@example.com' }, { emailAddress: 'w3@example.com' }]) ?? [];
await call('waitlistEntries.list');
await call('waitlistEntries.invite', entry.id);
await call('waitlistEntries.reject', bulk?.id);
const late = await call('waitlistEntries.create', { emailAddress: 'w4@example.com' });
await call('waitlistEntries.delete', late.id);
const redirect = await call('redirectUrls.createRedirectUrl', { url: 'https://js.dev/x' });
await call('redirectUrls.getRedirectUrlList');
await call('redirectUrls.getRedirectUrl', redirect.id);
await call('redirectUrls.deleteRedirectUrl', redirect.id);
const satellite = await call('domains.add', { name: 'sat.js.dev', isSatellite: true });
await call('domains.list');
await call('domains.update', { domainId: satellite.id, name: 'sat2.js.dev' });
await call('domains.delete', satellite.id);
const again = await call('domains.add', { name: 'sat.js.dev', isSatellite: true });
await call('domains.deleteDomain', again.id);
await call('instance.get');
await call('instance.update', { testMode: true });
await call('instance.updateRestrictions', { blockEmailSubaddresses: false });
await call('instance.getOrganizationSettings');
await call('instance.updateOrganizationSettings', { enabled: true });
await call('users.deleteUser', other.id);

// What must fail, and how
const refusal = async work => work().then(() => 'a success', error => `${error.status} ${error.errors?.[0]?.code}`);
await check('a list of clients is deprecated', async () =>
  (await refusal(() => clerk.clients.getClientList())) === '410 operation_deprecated');
await check('what is not emulated is told', async () => {
  const told = await refusal(() => clerk.billing.getPlanList());
  return told === '405 not_emulated' || told;
});

const methods = Object.entries(clerk).flatMap(([group, api]) => {
  const names = typeof api === 'object' ? Object.getOwnPropertyNames(Object.getPrototypeOf(api)) : [];
  return group === 'telemetry' ? [] : names.filter(name => name !== 'constructor').map(name => `${group}.${name}`);
});
console.log(JSON.stringify({ outcomes, methods }));
