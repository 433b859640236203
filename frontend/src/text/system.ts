// SPDX-License-Identifier: MIT

export const system = {
  title: 'System',
  text: 'Which versions run, how old keys and backups are, and when the certificate ends.',
  versions: 'Versions that run',
  running: (names: readonly string[]) => names.join(', '),
  unknown: 'Unknown',
  mixed: 'More than one version runs.',
  none: 'The monitoring has seen no process yet.',
  columns: { version: 'Version', processes: 'Processes' },
  figures: {
    'security-key-age': { title: 'Age of signing keys', none: 'The monitoring sees no key.' },
    'security-certificate-left': {
      title: 'Certificate ends in',
      none: 'The monitoring sees no certificate; a local stack has none.',
    },
    'machine-backup-age': {
      title: 'Age of backups',
      none: 'No backup was made since the monitoring knows it.',
    },
  },
  ended: 'Ended',
};
