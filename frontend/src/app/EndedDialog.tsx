// SPDX-License-Identifier: MIT
// The session has ended while a page was open: sign in again in place, so that what was typed stays.
import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from 'react-router';
import { meKey } from '~/api/identity';
import { forgetPerson } from '~/api/query-client';
import { signedOut } from '~/api/session';
import { loginPath } from '~/app/paths';
import { LoginForm } from '~/features/auth/LoginForm';
import { common } from '~/text/common';
import { Modal } from '~/ui/Modal';

export default function EndedDialog() {
  const cache = useQueryClient();
  const { pathname, search } = useLocation();
  const navigate = useNavigate();
  const known = cache.getQueryData<{ username: string }>(meKey)?.username;

  async function leave() {
    signedOut();
    forgetPerson(cache);
    await navigate(loginPath(pathname + search));
  }

  async function continued(username: string) {
    // Somebody else signed in here: nothing of the first person may stay on the page.
    if (known && known !== username.toLowerCase()) {
      forgetPerson(cache);
      window.location.reload();
    } else await cache.invalidateQueries();
  }

  return (
    <Modal open onClose={leave} title={common.ended.title} text={common.ended.text}>
      <LoginForm username={known} onDone={continued} />
      <button type="button" className="btn btn-quiet mt-3 w-full" onClick={leave}>
        {common.ended.leave}
      </button>
    </Modal>
  );
}
