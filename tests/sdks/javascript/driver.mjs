// Calls each method of @clerk/backend, makes the checks, and prints the results as JSON.
// With an argument, only the methods and checks whose names contain it.
import './recorder.mjs';
import { argumentMakers } from './arguments/index.mjs';
import { control } from './api.mjs';
import { checks } from './checks/index.mjs';
import { flush, startReceiver } from './receiver.mjs';
import { record } from './recorder.mjs';
import { Refused } from './refused.mjs';
import { clerk, methods } from './sdk.mjs';

const message = error => [error.status, error.errors?.map(one => `${one.code} ${one.longMessage ?? ''}`), error.message].join(' ');

async function call(name) {
  const [group, method] = name.split('.');
  let given;
  try {
    given = await argumentMakers[name]();
  } catch (error) {
    return { name, requests: [], error: `its state cannot be prepared: ${message(error)}` };
  }
  const refusal = given instanceof Refused ? given : null;
  const { result, error, requests } = await record(() => clerk[group][method](...(refusal?.given ?? given)));
  return {
    name,
    requests: requests.map(({ method, path, status }) => ({ method, path, status })),
    error: error ? message(error) : difference(result, requests.at(-1)?.text),
    refusal: error && refusal?.status === error.status && refusal.code === error.errors?.[0]?.code ? refusal.code : null,
  };
}

// Says where the result is not that of the response: another id, or another number of items.
function difference(result, text) {
  const body = text ? JSON.parse(text) : undefined;
  if (body?.id && result?.id !== body.id) return `returned the id ${result?.id} for ${body.id}`;
  const items = Array.isArray(body) ? body : body?.data;
  const returned = Array.isArray(result) ? result : result?.data;
  if (Array.isArray(items) && items.length !== returned?.length) return `returned ${returned?.length} items of ${items.length}`;
  return null;
}

async function check([name, work]) {
  try {
    const found = await work();
    return { name, error: found === true ? null : `is ${JSON.stringify(found)}` };
  } catch (error) {
    return { name, error: message(error) };
  }
}

const text = process.argv[2] ?? '';
const selected = methods.filter(name => name.includes(text));
const receiver = await startReceiver();

async function acceptsAll() {
  await flush();
  const events = await Promise.all(receiver.received.map(one => one.verify()));
  const recorded = (await control('GET', '/events')).events;
  return (events.length > 0 && events.length === recorded.length) || `${events.length} of ${recorded.length}`;
}

const calls = [];
for (const name of selected) if (argumentMakers[name]) calls.push(await call(name));
const checked = [await check(['verifyWebhook accepts every event that the methods caused', acceptsAll])];
await receiver.stop();
for (const one of Object.entries(checks)) if (one[0].includes(text)) checked.push(await check(one));
console.log(JSON.stringify({ methods: selected, entries: Object.keys(argumentMakers).filter(name => name.includes(text)), calls, checks: checked }));
