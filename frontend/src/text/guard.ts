// SPDX-License-Identifier: MIT

export const guard = {
  title: 'Security',
  text: 'Addresses that failed to log in, and those that may not try for a while.',
  list: 'Addresses at the login guard',
  blockedNow: (count: number) =>
    count === 0
      ? 'None is blocked.'
      : count === 1
        ? '1 address is blocked.'
        : `${count} addresses are blocked.`,
  none: 'No address has failed to log in lately, and none is blocked.',
  network:
    'An IPv6 address stands for its /64 network. Blocks hold for logins and registrations at this host.',
  columns: {
    address: 'Address',
    failures: 'Failed logins',
    unknown: 'Unknown users',
    until: 'Blocked until',
    act: 'Actions',
  },
  notBlocked: '–',
  block: 'Block',
  blockOther: 'Block an address',
  blockLabel: (address: string) => `Block ${address}`,
  lift: 'Lift the block',
  liftLabel: (address: string) => `Lift the block of ${address}`,
  logs: 'Logs',
  logsLabel: (address: string) => `Logs of ${address}`,
  dialog: {
    block: 'Block an address',
    blockText: 'Logins and registrations from there are refused until the block ends.',
    lift: (address: string) => `Lift the block of ${address}`,
    liftText: 'Its failed logins are forgotten, too.',
    address: 'Address',
    addressHint: 'IPv4 or IPv6, such as 192.0.2.7',
    addressFault: 'This is not an address.',
    duration: 'For',
    durations: { 3600: '1 hour', 86400: '1 day', 604800: '7 days', 2592000: '30 days' },
  },
  blocked: (address: string) => `${address} is blocked`,
  lifted: (address: string) => `${address} may log in again`,
};
