// SPDX-License-Identifier: MIT
// What was typed into a form and not sent yet: it survives leaving the page and loading it again, in this tab.
import { readOfTab, writeOfTab } from '~/lib/storage';

const key = (form: string) => `cnop.draft.${form}`;

export function readDraft(form: string): string {
  return readOfTab(key(form)) ?? '';
}

export function keepDraft(form: string, text: string): void {
  writeOfTab(key(form), text === '' ? null : text);
}
