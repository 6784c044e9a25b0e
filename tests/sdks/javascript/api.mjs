// Prepares state with plain requests, which are independent of the SDK and are not recorded.
import { unrecordedFetch } from './recorder.mjs';

const origin = process.env.CLERK_API_URL;
let count = 0;

async function send(method, path, body, key = process.env.CLERK_SECRET_KEY) {
  const isForm = body instanceof FormData;
  const headers = { Authorization: `Bearer ${key}`, ...(!isForm && { 'Content-Type': 'application/json' }) };
  const content = isForm ? body : body && JSON.stringify(body);
  const response = await unrecordedFetch(origin + path, { method, headers, body: content });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} ${response.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

export const get = (path, key) => send('GET', `/v1${path}`, undefined, key);
export const post = (path, body = {}, key = undefined) => send('POST', `/v1${path}`, body, key);
export const remove = path => send('DELETE', `/v1${path}`);
export const patch = (path, body) => send('PATCH', `/v1${path}`, body);
export const control = async (method, path, body) => send(method, `/_emulator${path}`, body);

export const unique = (prefix, suffix = '') => `${prefix}${++count}${suffix}`;
export const email = () => unique('js', '@example.com');
export const phone = () => `+155555501${String(++count % 100).padStart(2, '0')}`;

export const PASSWORD = 'correct horse battery';
export const user = values => post('/users', { email_address: [email()], password: PASSWORD, ...values });
export const session = async () => post('/sessions', { user_id: (await user()).id });
export const organization = async values => post('/organizations', { name: unique('Org '), created_by: (await user()).id, ...values });
export const machine = () => post('/machines', { name: unique('machine ') });
export const apiKey = async () => post('/api_keys', { name: unique('key '), subject: (await user()).id });
export const application = () =>
  post('/oauth_applications', { name: unique('app '), redirect_uris: ['https://example.com/callback'], scopes: 'profile email' });
export const permission = () => post('/organization_permissions', { name: 'Permission', key: unique('org:js:p') });
export const role = () => post('/organization_roles', { name: 'Role', key: unique('org:js_role') });
export const roleSet = values =>
  post('/role_sets', {
    name: 'Set', key: unique('role_set:js'), default_role_key: 'org:member', creator_role_key: 'org:admin',
    roles: ['org:admin', 'org:member'], ...values,
  });

export async function membership() {
  const { id: organizationId } = await organization();
  const { id: userId } = await user();
  await post(`/organizations/${organizationId}/memberships`, { user_id: userId, role: 'org:member' });
  return { organizationId, userId };
}

export async function organizationInvitation() {
  const { id: organizationId, created_by: userId } = await organization();
  const body = { email_address: email(), role: 'org:member', inviter_user_id: userId };
  const { id: invitationId } = await post(`/organizations/${organizationId}/invitations`, body);
  return { organizationId, invitationId, requestingUserId: userId };
}

export async function organizationDomain() {
  const { id: organizationId } = await organization();
  const body = { name: unique('js', '.dev'), enrollment_mode: 'manual_invitation' };
  const { id: domainId } = await post(`/organizations/${organizationId}/domains`, body);
  return { organizationId, domainId };
}

export async function m2mToken(values) {
  const { id } = await machine();
  const { secret } = await get(`/machines/${id}/secret_key`);
  const token = await post('/m2m_tokens', { seconds_until_expiration: 60, ...values }, secret);
  return { ...token, machineId: id, machineSecretKey: secret };
}

export const image = () => new Blob([Buffer.from('89504e470d0a1a0a', 'hex')], { type: 'image/png' });

export function upload(method, path) {
  const form = new FormData();
  form.append('file', image(), 'image.png');
  return send(method, `/v1${path}`, form);
}
