import { PASSWORD, email, image, phone, unique, upload, user } from '../api.mjs';
import { connectAccount, addPasskey } from '../control.mjs';

const TOTP = { totp_secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', backup_codes: ['12345678'] };
const id = async values => (await user(values)).id;

export default {
  'users.createUser': () => [
    {
      emailAddress: [email()], phoneNumber: [phone()], username: unique('js_user'), password: PASSWORD, firstName: 'Ada',
      totpSecret: TOTP.totp_secret, backupCodes: TOTP.backup_codes, web3Wallet: ['0x' + 'cd'.repeat(20)],
      publicMetadata: { plan: 'pro' },
    },
  ],
  'users.getUser': async () => [await id()],
  'users.getUserList': async () => [{ userId: [await id()], limit: 10 }],
  'users.getCount': () => [{ query: 'example.com' }],
  'users.updateUser': async () => [await id(), { firstName: 'Ada', lastName: 'Lovelace', createOrganizationsLimit: 3 }],
  'users.deleteUser': async () => [await id()],
  'users.updateUserMetadata': async () => [await id(), { publicMetadata: { plan: 'pro' } }],
  'users.replaceUserMetadata': async () => [await id(), { publicMetadata: { plan: 'free' }, privateMetadata: null }],
  'users.updateUserProfileImage': async () => [await id(), { file: image() }],
  'users.deleteUserProfileImage': async () => {
    const userId = await id();
    await upload('POST', `/users/${userId}/profile_image`);
    return [userId];
  },
  'users.replaceUserEmailAddress': async () => [await id(), { emailAddress: email() }],
  'users.replaceUserPhoneNumber': async () => [await id(), { phoneNumber: phone() }],
  'users.verifyPassword': async () => [{ userId: await id(), password: PASSWORD }],
  'users.removePassword': async () => [await id(), { signOutOfOtherSessions: true }],
  'users.setPasswordCompromised': async () => [await id(), { revokeAllSessions: true }],
  'users.unsetPasswordCompromised': async () => [await id()],
  'users.verifyTOTP': async () => [{ userId: await id(TOTP), code: '12345678' }],
  'users.deleteUserTOTP': async () => [await id(TOTP)],
  'users.deleteUserBackupCodes': async () => [await id(TOTP)],
  'users.disableUserMFA': async () => [await id(TOTP)],
  'users.banUser': async () => [await id()],
  'users.unbanUser': async () => [await id()],
  'users.lockUser': async () => [await id()],
  'users.unlockUser': async () => [await id()],
  'users.getOrganizationMembershipList': async () => [{ userId: await id(), limit: 10 }],
  'users.getOrganizationInvitationList': async () => [{ userId: await id(), status: 'pending' }],
  'users.getUserOauthAccessToken': async () => {
    const userId = await id();
    await connectAccount(userId);
    return [userId, 'google'];
  },
  'users.deleteUserExternalAccount': async () => {
    const userId = await id();
    return [{ userId, externalAccountId: (await connectAccount(userId)).id }];
  },
  'users.deleteUserPasskey': async () => {
    const userId = await id();
    return [{ userId, passkeyIdentificationId: (await addPasskey(userId)).id }];
  },
  'users.deleteUserWeb3Wallet': async () => {
    const one = await user({ web3_wallet: ['0x' + 'ab'.repeat(20)] });
    return [{ userId: one.id, web3WalletIdentificationId: one.web3_wallets[0].id }];
  },
};
