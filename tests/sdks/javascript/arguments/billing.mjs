import { get, organization, user } from '../api.mjs';
import { subscribe, startTrial } from '../control.mjs';

const item = async (owner, path) => {
  await subscribe(owner.id, 'pro');
  return (await get(`${path}/${owner.id}/billing/subscription`)).subscription_items.find(one => one.plan.slug === 'pro').id;
};

export default {
  'billing.getPlanList': () => [{ payerType: 'user', limit: 5 }],
  'billing.cancelSubscriptionItem': async () => [await item(await user(), '/users'), { endNow: true }],
  'billing.extendSubscriptionItemFreeTrial': async () => [
    await startTrial((await user()).id), { extendTo: new Date(Date.now() + 30 * 86_400_000) },
  ],
  'billing.getOrganizationBillingSubscription': async () => {
    const one = await organization();
    await item(one, '/organizations');
    return [one.id];
  },
  'billing.getUserBillingSubscription': async () => {
    const one = await user();
    await item(one, '/users');
    return [one.id];
  },
};
