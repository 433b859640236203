// SPDX-License-Identifier: MIT
// Words about how the pages stay current.

export const liveWords = {
  chip: (state: string) => `Updates: ${state}`,
  states: { live: 'live', reconnecting: 'reconnecting', polling: 'polling', saver: 'data saver' },
  about: {
    live: 'Changes show as they happen.',
    reconnecting: 'Asked every few seconds.',
    polling: 'Asked every few seconds.',
    saver: 'Asked twice a minute.',
  },
} as const;
