// A server that receives webhooks, verifies them with the SDK, and keeps the results.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { verifyWebhook } from '@clerk/backend/webhooks';
import { control } from './api.mjs';

const read = async request => Buffer.concat(await request.toArray()).toString();
const headersOf = request => new Headers(Object.entries(request.headers).filter(([name]) => name !== 'connection'));

// Starts a server, and adds it to the endpoints of the emulator. `respond` returns the status for a request.
export async function startReceiver({ events = null, respond = () => 200 } = {}) {
  const received = [];
  const server = createServer(async (incoming, response) => {
    const one = { headers: headersOf(incoming), body: await read(incoming) };
    one.verify = (signingSecret = endpoint.secret, body = one.body) =>
      verifyWebhook(new Request(endpoint.url, { method: 'POST', headers: one.headers, body }), { signingSecret });
    received.push(one);
    response.writeHead(respond(one, received.length)).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${server.address().port}/webhooks`;
  const endpoint = await control('POST', '/webhooks', { url, events });
  const stop = async () => {
    await control('DELETE', `/webhooks/${endpoint.id}`);
    server.close();
    server.closeAllConnections();
  };
  return { endpoint, received, stop };
}

// Waits until all deliveries that are due have been made.
export const flush = () => control('POST', '/webhooks/flush', { timeout: 120 });
