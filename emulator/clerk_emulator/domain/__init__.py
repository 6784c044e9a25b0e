"""The rules of Clerk's resources, which the Backend API, the Frontend API and the controls share.

From top to bottom; a folder imports only from those below it:

- `reverification/`, `sign_in/`, `sign_up/`: what people go through in a browser
- `social/`: providers, and the accounts of users with them
- `lifecycle/`: create, change and delete users and organizations, with everything that belongs to them
- `enterprise/`: single sign-on with a company, and its directory
- `organizations/`, `oauth/`
- `factors/`: passwords, passkeys, authenticator apps, backup codes
- `contacts/`: email addresses and phone numbers, and their verification
- `sessions/`, `invitations/`
- `access/`: restrictions, locks, allowed origins
- `billing/`, `messaging/`, `users/`
- `tokens/`: JWTs, API keys, secrets of machines
- the modules here: events, formats, images and metadata, which any resource can have
"""
