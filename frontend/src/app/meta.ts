// SPDX-License-Identifier: MIT
import { common } from '~/text/common';

export function pageTitle(title: string, description?: string) {
  return [
    { title: `${title} · ${common.product}` },
    { name: 'description', content: description ?? `${title} in ${common.product}, ${common.tagline}.` },
  ];
}
