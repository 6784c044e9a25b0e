import { email, phone, post, user } from '../api.mjs';

const emailAddress = async () =>
  (await post('/email_addresses', { user_id: (await user()).id, email_address: email(), verified: true })).id;
const phoneNumber = async () =>
  (await post('/phone_numbers', { user_id: (await user()).id, phone_number: phone(), verified: true })).id;

export default {
  'emailAddresses.createEmailAddress': async () => [{ userId: (await user()).id, emailAddress: email(), verified: true }],
  'emailAddresses.getEmailAddress': async () => [await emailAddress()],
  'emailAddresses.updateEmailAddress': async () => [await emailAddress(), { primary: true }],
  'emailAddresses.deleteEmailAddress': async () => [await emailAddress()],
  'phoneNumbers.createPhoneNumber': async () => [{ userId: (await user()).id, phoneNumber: phone(), verified: true }],
  'phoneNumbers.getPhoneNumber': async () => [await phoneNumber()],
  'phoneNumbers.updatePhoneNumber': async () => [await phoneNumber(), { primary: true }],
  'phoneNumbers.deletePhoneNumber': async () => [await phoneNumber()],
};
