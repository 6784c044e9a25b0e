import { permission, post, role, roleSet, unique } from '../api.mjs';

async function roleWithPermission() {
  const ids = { organizationRoleId: (await role()).id, permissionId: (await permission()).id };
  await post(`/organization_roles/${ids.organizationRoleId}/permissions/${ids.permissionId}`);
  return ids;
}

export default {
  'organizationPermissions.createOrganizationPermission': () => [{ name: 'Read', key: unique('org:js:read') }],
  'organizationPermissions.getOrganizationPermission': async () => [(await permission()).id],
  'organizationPermissions.getOrganizationPermissionList': () => [{ limit: 5 }],
  'organizationPermissions.updateOrganizationPermission': async () => [{ permissionId: (await permission()).id, name: 'Write' }],
  'organizationPermissions.deleteOrganizationPermission': async () => [(await permission()).id],
  'organizationRoles.createOrganizationRole': () => [{ name: 'Role', key: unique('org:js_role') }],
  'organizationRoles.getOrganizationRole': async () => [(await role()).id],
  'organizationRoles.getOrganizationRoleList': () => [{ limit: 5 }],
  'organizationRoles.updateOrganizationRole': async () => [{ organizationRoleId: (await role()).id, name: 'Renamed' }],
  'organizationRoles.deleteOrganizationRole': async () => [(await role()).id],
  'organizationRoles.assignPermissionToOrganizationRole': async () => [
    { organizationRoleId: (await role()).id, permissionId: (await permission()).id },
  ],
  'organizationRoles.removePermissionFromOrganizationRole': async () => [await roleWithPermission()],
  'roleSets.createRoleSet': () => [
    {
      name: 'Set', key: unique('role_set:js'), defaultRoleKey: 'org:member', creatorRoleKey: 'org:admin',
      roles: ['org:admin', 'org:member'],
    },
  ],
  'roleSets.getRoleSet': async () => [(await roleSet()).key],
  'roleSets.getRoleSetList': () => [{ limit: 5 }],
  'roleSets.updateRoleSet': async () => [{ roleSetKeyOrId: (await roleSet()).id, name: 'Renamed' }],
  'roleSets.addRolesToRoleSet': async () => [{ roleSetKeyOrId: (await roleSet()).id, roleKeys: [(await role()).key] }],
  'roleSets.replaceRoleInRoleSet': async () => {
    const { key } = await role();
    const set = await roleSet({ roles: ['org:admin', 'org:member', key] });
    return [{ roleSetKeyOrId: set.id, roleKey: key, toRoleKey: 'org:member' }];
  },
  'roleSets.replaceRoleSet': async () => [{ roleSetKeyOrId: (await roleSet()).id, destRoleSetKey: 'role_set:default' }],
};
