import { organization, user } from '../api.mjs';
import { addPlan, checkout } from '../control.mjs';

const subscribedUser = async () => {
  const { slug } = await addPlan();
  const owner = await user();
  return { owner, item: await checkout(owner.id, slug) };
};

export default {
  'billing.getPlanList': async () => {
    await addPlan();
    return [{ payerType: 'user', limit: 5 }];
  },
  'billing.cancelSubscriptionItem': async () => [(await subscribedUser()).item.id, { endNow: true }],
  'billing.extendSubscriptionItemFreeTrial': async () => {
    const { slug } = await addPlan({ free_trial_days: 7 });
    const item = await checkout((await user()).id, slug);
    return [item.id, { extendTo: new Date(Date.now() + 30 * 86_400_000) }];
  },
  'billing.getOrganizationBillingSubscription': async () => {
    const { slug } = await addPlan({ payer_type: 'org' });
    const owner = await organization();
    await checkout(owner.id, slug);
    return [owner.id];
  },
  'billing.getUserBillingSubscription': async () => [(await subscribedUser()).owner.id],
};
