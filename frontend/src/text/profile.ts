// SPDX-License-Identifier: MIT

export const profile = {
  title: 'Profile',
  text: 'Your details, your password and where you are signed in.',
  tabs: { label: 'Parts of the profile', details: 'Details', security: 'Security', notices: 'Notifications' },
  details: {
    title: 'Personal details',
    fixed: 'The user name cannot be changed.',
    since: 'Customer since',
    saved: 'Profile saved',
    unchanged: 'Nothing has changed.',
    emailTaken: 'This e-mail address belongs to another account.',
  },
  password: {
    title: 'Password',
    text: 'Changing the password ends all sessions, this one too. You sign in again with the new one.',
    current: 'Current password',
    next: 'New password',
    submit: 'Change password',
    wrong: 'This is not your current password.',
    changed: 'Password changed',
    changedText: 'Please sign in with your new password.',
  },
  sessions: {
    title: 'Sessions',
    text: 'Every place where you are signed in. End what you do not recognise.',
    current: 'This session',
    end: 'End',
    endLabel: (what: string) => `End session ${what}`,
    ended: 'Session ended',
    signOut: 'Sign out here',
    lastUsed: 'Last used',
    started: 'Started',
    unknownClient: 'Unknown client',
  },
} as const;
