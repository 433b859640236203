/* SPDX-License-Identifier: MIT */
/* Lets the API page follow the system's light or dark setting. Sends nothing, stores nothing. */
const dark = matchMedia('(prefers-color-scheme: dark)');
const page = document.querySelector('rapi-doc');

function follow() {
  const colours = dark.matches
    ? { theme: 'dark', 'bg-color': '#161e26', 'text-color': '#e8edf2', 'primary-color': '#6cc4dd' }
    : { theme: 'light', 'bg-color': '#ffffff', 'text-color': '#14202b', 'primary-color': '#0d5c75' };
  for (const [name, value] of Object.entries(colours)) page.setAttribute(name, value);
}

dark.addEventListener('change', follow);
follow();
