// SPDX-License-Identifier: MIT
import { Link } from 'react-router';
import { paths } from '~/app/paths';
import { common } from '~/text/common';

export function NotFoundPage() {
  return (
    <div className="mx-auto flex max-w-xl flex-col items-start gap-4 py-16">
      <p className="font-semibold text-muted">404</p>
      <h1 className="font-semibold text-3xl tracking-tight">{common.page404.title}</h1>
      <p className="text-muted">{common.page404.text}</p>
      <Link to={paths.landing} className="btn btn-primary">
        {common.page404.home}
      </Link>
    </div>
  );
}
