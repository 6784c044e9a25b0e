import { apiKey, application, get, m2mToken, machine, post, user } from '../api.mjs';
import { oauthToken } from '../control.mjs';

const signInToken = async () => (await post('/sign_in_tokens', { user_id: (await user()).id, expires_in_seconds: 60 })).id;
const actor = async () => ({ userId: (await user()).id, actor: { sub: (await user()).id }, expiresInSeconds: 60 });
const task = async () => ({
  onBehalfOf: { userId: (await user()).id }, permissions: '*', agentName: 'Agent', taskDescription: 'Task',
  redirectUrl: 'https://example.com/',
});

async function scope() {
  const [one, other] = [(await machine()).id, (await machine()).id];
  await post(`/machines/${one}/scopes`, { to_machine_id: other });
  return [one, other];
}

export default {
  'actorTokens.create': async () => [await actor()],
  'actorTokens.revoke': async () => {
    const { userId, actor: by } = await actor();
    return [(await post('/actor_tokens', { user_id: userId, actor: by })).id];
  },
  'agentTasks.create': async () => [await task()],
  'agentTasks.revoke': async () => {
    const body = {
      on_behalf_of: { user_id: (await user()).id }, permissions: '*', agent_name: 'Agent', task_description: 'Task',
      redirect_url: 'https://example.com/',
    };
    return [(await post('/agents/tasks', body)).agent_task_id];
  },
  'signInTokens.createSignInToken': async () => [{ userId: (await user()).id, expiresInSeconds: 60 }],
  'signInTokens.revokeSignInToken': async () => [await signInToken()],
  'testingTokens.createTestingToken': () => [],
  'machines.create': () => [{ name: 'Machine', defaultTokenTtl: 60 }],
  'machines.get': async () => [(await machine()).id],
  'machines.list': () => [{ limit: 5 }],
  'machines.update': async () => [{ machineId: (await machine()).id, name: 'Renamed' }],
  'machines.delete': async () => [(await machine()).id],
  'machines.getSecretKey': async () => [(await machine()).id],
  'machines.rotateSecretKey': async () => [{ machineId: (await machine()).id, previousTokenTtl: 60 }],
  'machines.createScope': async () => [(await machine()).id, (await machine()).id],
  'machines.deleteScope': scope,
  'm2m.createToken': async () => {
    const { secret } = await get(`/machines/${(await machine()).id}/secret_key`);
    return [{ machineSecretKey: secret, secondsUntilExpiration: 60 }];
  },
  'm2m.list': async () => {
    const { machineId, machineSecretKey } = await m2mToken();
    return [{ machineSecretKey, subject: machineId }];
  },
  'm2m.verify': async () => [{ token: (await m2mToken()).token }],
  'm2m.revokeToken': async () => {
    const { id, machineSecretKey } = await m2mToken();
    return [{ machineSecretKey, m2mTokenId: id }];
  },
  'apiKeys.create': async () => [{ name: 'Key', subject: (await user()).id, scopes: ['read'] }],
  'apiKeys.get': async () => [(await apiKey()).id],
  'apiKeys.list': async () => [{ subject: (await apiKey()).subject }],
  'apiKeys.update': async () => {
    const { id, subject } = await apiKey();
    return [{ apiKeyId: id, subject, description: 'Described' }];
  },
  'apiKeys.getSecret': async () => [(await apiKey()).id],
  'apiKeys.verify': async () => [(await apiKey()).secret],
  'apiKeys.revoke': async () => [{ apiKeyId: (await apiKey()).id, revocationReason: 'Lost' }],
  'apiKeys.delete': async () => [(await apiKey()).id],
  'oauthApplications.create': () => [{ name: 'App', redirectUris: ['https://example.com/callback'] }],
  'oauthApplications.get': async () => [(await application()).id],
  'oauthApplications.list': () => [{ limit: 5 }],
  'oauthApplications.update': async () => [{ oauthApplicationId: (await application()).id, name: 'Renamed' }],
  'oauthApplications.delete': async () => [(await application()).id],
  'oauthApplications.rotateSecret': async () => [(await application()).id],
  'oauthApplications.revokeToken': async () => {
    const { id } = await application();
    return [{ oauthApplicationId: id, token: await oauthToken(id, (await user()).id) }];
  },
  'idPOAuthAccessToken.verify': async () => [await oauthToken((await application()).id, (await user()).id)],
};
