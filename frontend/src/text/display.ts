// SPDX-License-Identifier: MIT

export const display = {
  menu: 'Display settings',
  system: 'Theme of the system',
  light: 'Light theme',
  dark: 'Dark theme',
  safePalette: 'Colour-blind palette',
  utc: 'Times in UTC',
  saver: 'Data saver: no live updates',
} as const;
