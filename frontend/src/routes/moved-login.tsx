// SPDX-License-Identifier: MIT
import { Navigate } from 'react-router';
import { paths } from '~/app/paths';

export default function MovedLogin() {
  return <Navigate to={paths.login} replace />;
}
