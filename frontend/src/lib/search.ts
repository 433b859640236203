// SPDX-License-Identifier: MIT
import { type SetURLSearchParams, useSearchParams } from 'react-router';
import { useHydrated } from '~/lib/hydrated';

const none = new URLSearchParams();

/** The query of the address. Empty until the page runs, because the prerendered file was built without one. */
export function useSearch(): [URLSearchParams, SetURLSearchParams] {
  const [params, setParams] = useSearchParams();
  return [useHydrated() ? params : none, setParams];
}
