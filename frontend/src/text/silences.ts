// SPDX-License-Identifier: MIT

export const silences = {
  title: 'Silences',
  text: 'What Alertmanager keeps quiet, and until when. The alerts still fire; nothing is sent about them.',
  none: 'No alert is silenced.',
  omitted: (count: number) => `${count} silences that end later are not shown.`,
  silence: 'Silence',
  silenceLabel: (alert: string) => `Silence ${alert}`,
  end: 'End',
  endLabel: (what: string) => `End the silence of ${what}`,
  pending: 'begins later',
  nothing: '–',
  columns: { what: 'Alert', reason: 'Reason', by: 'By', until: 'Until', act: 'Actions' },
  dialog: {
    silence: (alert: string) => `Silence ${alert}`,
    silenceText:
      'Nothing is sent about this alert, with exactly these labels, until the silence ends. It stays in the list.',
    end: (what: string) => `End the silence of ${what}`,
    endText: 'If the alert still fires, it is sent again.',
    duration: 'For',
    durations: { 3600: '1 hour', 14400: '4 hours', 86400: '1 day', 604800: '7 days' },
  },
  silenced: (alert: string) => `${alert} is silenced`,
  ended: (what: string) => `The silence of ${what} is over`,
};
