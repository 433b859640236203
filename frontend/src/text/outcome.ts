// SPDX-License-Identifier: MIT
// What became of an order or a movement of cash, wherever the person is by then.

export const outcome = {
  open: 'Without an answer yet',
  order: { buy: 'buy', sell: 'sell' },
  move: { deposit: 'deposit', withdraw: 'withdraw' },
  what: (verb: string, what: string) => `${verb} ${what}`,
  of: (amount: string, asset: string) => `${amount} of ${asset}`,
  gift: 'gift',
  gifted: (amount: string) => `Gift: ${amount}`,
  sending: (what: string) => `Placing: ${what}…`,
  unknown: (what: string) => `No answer yet: ${what}`,
  sendingTitle: 'Placing',
  sendingText: 'The server has not answered yet. You can close this and go on: the outcome will be shown.',
  unknownTitle: 'No answer yet',
  unknownText: 'It may or may not have arrived. Asking again is safe: it is never carried out twice.',
  askAgain: 'Ask again',
  refused: (what: string) => `Refused: ${what}`,
  minimise: 'Go on meanwhile',
} as const;
