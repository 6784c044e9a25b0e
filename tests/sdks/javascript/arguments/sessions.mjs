import { post, session, unique, user } from '../api.mjs';
import { ORIGIN, clientToken, handshakeNonce, signIn, startSignUp } from '../control.mjs';
import { refused } from '../refused.mjs';

const template = async () => (await post('/jwt_templates', { name: unique('js-'), claims: { a: '{{user.id}}' } })).id;

export default {
  'sessions.createSession': async () => [{ userId: (await user()).id }],
  'sessions.getSession': async () => [(await session()).id],
  'sessions.getSessionList': async () => [{ userId: (await session()).user_id, status: 'active' }],
  'sessions.getToken': async () => [(await session()).id],
  'sessions.refreshSession': async () => {
    const { session_id, session_token, refresh_token } = await signIn((await user()).id);
    return [session_id, { format: 'token', expired_token: session_token, refresh_token, request_origin: ORIGIN }];
  },
  'sessions.revokeSession': async () => [(await session()).id],
  'sessions.verifySession': async () => {
    const { id } = await session();
    return [id, (await post(`/sessions/${id}/tokens`)).jwt];
  },
  'clients.getClient': async () => [(await session()).client_id],
  'clients.getClientList': () => refused(410, 'operation_deprecated', [{ limit: 10 }]),
  'clients.verifyClient': async () => [await clientToken((await session()).client_id)],
  'clients.getHandshakePayload': async () => [{ nonce: await handshakeNonce((await session()).id) }],
  'signUps.get': async () => [(await startSignUp()).id],
  'signUps.update': async () => [{ signUpAttemptId: (await startSignUp()).id, externalId: unique('external_') }],
  'jwks.getJwks': () => [],
  'jwtTemplates.create': () => [{ name: unique('js-'), claims: { a: '{{user.id}}' }, lifetime: 120 }],
  'jwtTemplates.list': () => [{ limit: 5 }],
  'jwtTemplates.get': async () => [await template()],
  'jwtTemplates.update': async () => [{ templateId: await template(), name: unique('js-'), claims: { a: 2 } }],
  'jwtTemplates.delete': async () => [await template()],
};
