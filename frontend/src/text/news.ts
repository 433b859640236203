// SPDX-License-Identifier: MIT
// News that come by themselves, and whether they may.

export const news = {
  done: { buy: 'Bought', sell: 'Sold' },
  filled: (done: string, quantity: string, asset: string) => `${done} ${quantity} ${asset}`,
  value: (money: string) => `For ${money}.`,
  hidden: 'An order was filled.',
  triggered: (type: string, asset: string) => `${type} ${asset}: its price was reached`,
  waits: 'It waits on the book at its limit.',
  reached: 'The price it waited for was reached.',
  ended: {
    cancelled: (type: string, asset: string) => `${type} ${asset} was cancelled`,
    expired: (type: string, asset: string) => `${type} ${asset} has expired`,
  },
  order: 'Show the order',
} as const;

export const newsSettings = {
  title: 'News in this browser',
  text: 'Fills, prices that your orders waited for, and orders that end without you are told on every page of this site.',
  browser: 'Also tell me through the browser while no page of this site is in view',
  denied: 'The browser does not allow it. Allow notifications for this site in its settings first.',
  missing: 'This browser, or a page without https, cannot do that.',
  saver: 'Data saver: no live updates, figures are asked for twice a minute',
} as const;
