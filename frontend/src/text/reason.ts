// SPDX-License-Identifier: MIT

export const reasonWords = {
  label: 'Reason',
  hint: 'Goes into the audit trail with your name.',
  missing: 'A reason is needed.',
  keep: 'Cancel',
};
