import { email, image, membership, organization, organizationDomain, organizationInvitation, unique, upload, user } from '../api.mjs';

const id = async values => (await organization(values)).id;

export default {
  'organizations.createOrganization': async () => [{ name: 'Engines', slug: unique('js-'), createdBy: (await user()).id }],
  'organizations.getOrganization': async () => [{ slug: (await organization({ slug: unique('js-') })).slug }],
  'organizations.getOrganizationList': () => [{ limit: 5, includeMembersCount: true }],
  'organizations.updateOrganization': async () => [await id(), { name: 'Renamed' }],
  'organizations.deleteOrganization': async () => [await id()],
  'organizations.updateOrganizationMetadata': async () => [await id(), { publicMetadata: { plan: 'pro' } }],
  'organizations.replaceOrganizationMetadata': async () => [await id(), { publicMetadata: {} }],
  'organizations.updateOrganizationLogo': async () => {
    const one = await organization();
    return [one.id, { file: image(), uploaderUserId: one.created_by }];
  },
  'organizations.deleteOrganizationLogo': async () => {
    const organizationId = await id();
    await upload('PUT', `/organizations/${organizationId}/logo`);
    return [organizationId];
  },
  'organizations.createOrganizationMembership': async () => [
    { organizationId: await id(), userId: (await user()).id, role: 'org:member' },
  ],
  'organizations.getOrganizationMembershipList': async () => [{ organizationId: await id(), limit: 5 }],
  'organizations.getInstanceOrganizationMembershipList': () => [{ limit: 5 }],
  'organizations.updateOrganizationMembership': async () => [{ ...(await membership()), role: 'org:admin' }],
  'organizations.updateOrganizationMembershipMetadata': async () => [{ ...(await membership()), publicMetadata: { a: 1 } }],
  'organizations.deleteOrganizationMembership': async () => [await membership()],
  'organizations.createOrganizationInvitation': async () => {
    const one = await organization();
    const invited = { emailAddress: email(), role: 'org:member', inviterUserId: one.created_by };
    return [{ organizationId: one.id, ...invited }];
  },
  'organizations.createOrganizationInvitationBulk': async () => {
    const one = await organization();
    return [one.id, [1, 2].map(() => ({ emailAddress: email(), role: 'org:member', inviterUserId: one.created_by }))];
  },
  'organizations.getOrganizationInvitation': async () => {
    const { organizationId, invitationId } = await organizationInvitation();
    return [{ organizationId, invitationId }];
  },
  'organizations.getOrganizationInvitationList': async () => {
    const { organizationId } = await organizationInvitation();
    return [{ organizationId, status: ['pending'] }];
  },
  'organizations.revokeOrganizationInvitation': async () => [await organizationInvitation()],
  'organizations.createOrganizationDomain': async () => [
    { organizationId: await id(), name: unique('js', '.dev'), enrollmentMode: 'manual_invitation', verified: true },
  ],
  'organizations.getOrganizationDomainList': async () => {
    const { organizationId } = await organizationDomain();
    return [{ organizationId }];
  },
  'organizations.updateOrganizationDomain': async () => [
    { ...(await organizationDomain()), enrollmentMode: 'automatic_invitation' },
  ],
  'organizations.deleteOrganizationDomain': async () => [await organizationDomain()],
};
