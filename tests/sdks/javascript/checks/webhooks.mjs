import { control, user } from '../api.mjs';
import { advance, resetClock } from '../control.mjs';
import { flush, startReceiver } from '../receiver.mjs';

const refused = work => work.then(() => 'accepted', error => error.message.includes('No matching signature found') || error.message);

// Creates a user, and returns what an endpoint receives.
async function receive(options, work = () => {}) {
  const receiver = await startReceiver({ events: ['user.created'], ...options });
  try {
    const { id } = await user();
    await flush();
    await work();
    return { ...receiver, id };
  } finally {
    await receiver.stop();
  }
}

export default {
  'verifyWebhook accepts a webhook': async () => {
    const { received, id } = await receive();
    const event = await received[0].verify();
    return (event.type === 'user.created' && event.data.id === id && received.length === 1) || event;
  },
  'verifyWebhook returns the attributes of the request': async () => {
    const { received } = await receive();
    const { event_attributes: attributes, instance_id: instance } = await received[0].verify();
    return (attributes.http_request.client_ip === '127.0.0.1' && instance.startsWith('ins_')) || attributes;
  },
  'verifyWebhook refuses a webhook with another secret': async () => {
    const { received } = await receive();
    return refused(received[0].verify(`whsec_${Buffer.from('another secret').toString('base64')}`));
  },
  'verifyWebhook refuses a webhook with a changed body': async () => {
    const { received, endpoint } = await receive();
    return refused(received[0].verify(endpoint.secret, received[0].body.replace('user.created', 'user.deleted')));
  },
  'verifyWebhook accepts the former and the new secret while a secret is rotated': async () => {
    const receiver = await startReceiver({ events: ['user.created'] });
    const rotated = await control('POST', `/webhooks/${receiver.endpoint.id}/rotate_secret`);
    await user();
    await flush();
    await receiver.stop();
    const [one] = receiver.received;
    return (await one.verify()).type === 'user.created' && (await one.verify(rotated.secret)).type === 'user.created';
  },
  'a webhook is sent again, with the same id, after an error': async () => {
    const { received } = await receive({ respond: (_, number) => (number === 1 ? 500 : 200) }, async () => {
      await advance(5);
      await flush();
      await resetClock();
    });
    const ids = received.map(one => one.headers.get('svix-id'));
    return (ids.length === 2 && ids[0] === ids[1] && (await received[1].verify()).type === 'user.created') || ids;
  },
};
